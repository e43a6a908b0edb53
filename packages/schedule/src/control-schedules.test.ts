import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantSchedule } from './constant-schedule.js';
import { equalMeanSchedule, reversedSchedule, shuffledSchedule } from './control-schedules.js';
import { linearSchedule } from './linear-schedule.js';
import { parseSchedule } from './parse-schedule.js';

const linear = (scores: number[], upper = 0.4, lower = 0) =>
  linearSchedule(
    scores.map((score, index) => ({ site: `s${index}`, score })),
    { upper, lower },
  );
const rates = ({ sites }: { sites: readonly { rate: number }[] }): number[] => sites.map(({ rate }) => rate);
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('constantSchedule', () => {
  it('gives every site the rate, in order', () => {
    expect(constantSchedule(['b', 'a'], 0.1)).toEqual({
      format: 'guided-dropout/schedule',
      version: 1,
      shape: 'constant',
      upper: 0.1,
      lower: 0.1,
      sites: [
        { name: 'b', rate: 0.1, score: 0 },
        { name: 'a', rate: 0.1, score: 0 },
      ],
    });
  });

  it.each([
    [['a'], 1, 'SCHEDULE_BOUNDS'],
    [['a'], NaN, 'SCHEDULE_BOUNDS'],
    [[], 0.1, 'SCHEDULE_SITES'],
    [['a', 'a'], 0.1, 'SCHEDULE_SITES'],
  ])('refuses sites %j at rate %d', (names, rate, code) => {
    expect(() => constantSchedule(names, rate)).toThrow(expect.objectContaining({ code }));
  });
});

describe('reversedSchedule', () => {
  it('gives the most informative site the highest rate, keeping names and scores', () => {
    const reversed = reversedSchedule(linear([3, 1, 2, 5, 4]));
    expect(rates(reversed)).toEqual(rates(linear([3, 5, 4, 1, 2])));
    expect(reversed.sites.map(({ name, score }) => [name, score])).toEqual([
      ['s0', 3],
      ['s1', 1],
      ['s2', 2],
      ['s3', 5],
      ['s4', 4],
    ]);
    expect(reversed.shape).toBe('reversed(linear)');
  });

  it('keeps tied sites tied', () => {
    expect(rates(reversedSchedule(linear([1, 1, 2, 3], 0.75)))).toEqual([0.125, 0.125, 0.625, 0.625]);
  });
});

describe('shuffledSchedule', () => {
  const schedule = linear(Array.from({ length: 37 }, (_, index) => index));

  it('deals out the same rates in another order', () => {
    const shuffled = shuffledSchedule(schedule, 1);
    expect(rates(shuffled)).not.toEqual(rates(schedule));
    expect(rates(shuffled).toSorted()).toEqual(rates(schedule).toSorted());
    expect(shuffled.sites.map(({ name, score }) => ({ name, score }))).toEqual(
      schedule.sites.map(({ name, score }) => ({ name, score })),
    );
    expect(shuffled.shape).toBe('shuffled(linear, seed 1)');
  });

  it('follows the seed', () => {
    expect(shuffledSchedule(schedule, 1)).toEqual(shuffledSchedule(schedule, 1));
    expect(rates(shuffledSchedule(schedule, 1))).not.toEqual(rates(shuffledSchedule(schedule, 2)));
  });

  it('breaks the tie between rate and score: over 400 seeds, the mean rate of each site is the overall mean', () => {
    const small = linear([1, 2, 3, 4, 5]);
    const sums = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < 400; seed++)
      rates(shuffledSchedule(small, seed)).forEach((rate, i) => (sums[i]! += rate));
    // Rates 0 … 0.4 have sd 0.141, so a mean of 400 has sd 0.007; 4 sd leaves a true shuffle 1 chance in 3000 per seed set.
    for (const sum of sums) expect(Math.abs(sum / 400 - 0.2)).toBeLessThan(0.028);
  });
});

describe('equalMeanSchedule', () => {
  it('puts every site at the mean', () => {
    const equal = equalMeanSchedule(linear([1, 2, 3, 4, 9]));
    expect(new Set(rates(equal)).size).toBe(1);
    expect(equal.sites[0]!.rate).toBeCloseTo(0.2, 14);
    expect([equal.upper, equal.lower]).toEqual([equal.sites[0]!.rate, equal.sites[0]!.rate]);
    expect(equal.shape).toBe('equal-mean(linear)');
  });
});

describe('every control', () => {
  it('keeps the mean rate, the provenance and validity, and leaves its argument as it was', () => {
    const provenance = {
      model: 'm',
      modelHash: '0'.repeat(64),
      objective: 'mlm',
      corpus: 'c',
      numExamples: 1,
      seed: 0,
    };
    const scores = fc.array(fc.nat(9), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, fc.nat(), (values, seed) => {
        const schedule = { ...linear(values, 0.3, 0.1), provenance };
        const before = structuredClone(schedule);
        for (const control of [
          reversedSchedule(schedule),
          shuffledSchedule(schedule, seed),
          equalMeanSchedule(schedule),
        ]) {
          expect(parseSchedule(control)).toEqual(control);
          // Thirty rounded additions of numbers below 1.
          expect(Math.abs(mean(rates(control)) - mean(rates(schedule)))).toBeLessThan(1e-14);
          expect(control.provenance).toEqual(provenance);
        }
        expect(schedule).toEqual(before);
      }),
    );
  });
});
