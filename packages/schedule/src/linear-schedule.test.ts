import { Random, type LayerScores } from '@guided-dropout/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearSchedule, type LinearScheduleOptions } from './linear-schedule.js';
import { parseSchedule } from './parse-schedule.js';

const scoresOf = (...scores: number[]): LayerScores => scores.map((score, index) => ({ site: `site.${index}`, score }));
const ratesOf = (scores: LayerScores, options?: LinearScheduleOptions): number[] =>
  linearSchedule(scores, options).sites.map(({ rate }) => rate);

describe('linearSchedule', () => {
  it('spares informative sites, in the model’s order, from U to L', () => {
    expect(linearSchedule([...scoresOf(4, 1, 2)])).toEqual({
      format: 'guided-dropout/schedule',
      version: 1,
      shape: 'linear',
      upper: 0.1,
      lower: 0,
      sites: [
        { name: 'site.0', rate: 0, score: 4 },
        { name: 'site.1', rate: 0.1, score: 1 },
        { name: 'site.2', rate: 0.05, score: 2 },
      ],
    });
  });

  it('steps by (U − L)/n in the exclusive convention, and names it', () => {
    const schedule = linearSchedule(scoresOf(1, 2, 3, 4), { upper: 0.5, lower: 0.25, convention: 'exclusive' });
    expect(schedule.sites.map(({ rate }) => rate)).toEqual([0.5, 0.4375, 0.375, 0.3125]);
    expect(schedule.shape).toBe('linear-exclusive');
  });

  it('gives a single site the upper rate, in both conventions', () => {
    expect(ratesOf(scoresOf(7), { upper: 0.2 })).toEqual([0.2]);
    expect(ratesOf(scoresOf(7), { upper: 0.2, convention: 'exclusive' })).toEqual([0.2]);
  });

  it('lets equal scores share the mean of their ranks’ rates', () => {
    expect(ratesOf(scoresOf(2, 1, 2, 3), { upper: 0.75 })).toEqual([0.375, 0.75, 0.375, 0]);
    expect(ratesOf(scoresOf(0, 0, 0), { upper: 0.5 })).toEqual([0.25, 0.25, 0.25]);
  });

  it('ends exactly on L where U − (U − L) is another float', () => {
    expect(0.1 - (0.1 - 0.02)).not.toBe(0.02);
    expect(ratesOf(scoresOf(1, 2), { upper: 0.1, lower: 0.02 })).toEqual([0.1, 0.02]);
  });

  it('keeps the provenance', () => {
    const provenance = {
      model: 'm',
      modelHash: 'a'.repeat(64),
      objective: 'mlm',
      corpus: 'c',
      numExamples: 8,
      seed: 1,
    };
    expect(linearSchedule(scoresOf(1), { provenance }).provenance).toEqual(provenance);
    expect(linearSchedule(scoresOf(1))).not.toHaveProperty('provenance');
  });

  it.each([
    ['upper of 1', scoresOf(1), { upper: 1 }, 'SCHEDULE_BOUNDS'],
    ['NaN upper', scoresOf(1), { upper: NaN }, 'SCHEDULE_BOUNDS'],
    ['negative lower', scoresOf(1), { lower: -0.1 }, 'SCHEDULE_BOUNDS'],
    ['lower above upper', scoresOf(1), { upper: 0.1, lower: 0.2 }, 'SCHEDULE_BOUNDS'],
    ['no sites', [], {}, 'SCHEDULE_SITES'],
    ['a site twice', [...scoresOf(1), ...scoresOf(2)], {}, 'SCHEDULE_SITES'],
    ['a nameless site', [{ site: '', score: 1 }], {}, 'SCHEDULE_SITES'],
    ['a NaN score', scoresOf(1, NaN), {}, 'SCHEDULE_SCORES'],
    ['an infinite score', scoresOf(Infinity), {}, 'SCHEDULE_SCORES'],
    ['a negative score', scoresOf(-1), {}, 'SCHEDULE_SCORES'],
    ['an unknown convention', scoresOf(1), { convention: 'open' as 'inclusive' }, 'SCHEDULE_CONVENTION'],
  ] satisfies [string, LayerScores, LinearScheduleOptions, string][])('refuses %s', (_, scores, options, code) => {
    expect(() => linearSchedule(scores, options)).toThrow(expect.objectContaining({ code }));
  });
});

describe('linearSchedule, for any scores', () => {
  const rate = fc.double({ min: 0, max: 0.999, noNaN: true });
  const options = fc
    .record({ a: rate, b: rate, convention: fc.constantFrom('inclusive' as const, 'exclusive' as const) })
    .map(({ a, b, convention }) => ({ upper: Math.max(a, b), lower: Math.min(a, b), convention }));
  // Few distinct small integers make ties common; doubles make them rare.
  const scores = fc
    .array(fc.oneof(fc.nat(4), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })), {
      minLength: 1,
      maxLength: 40,
    })
    .map((values) => scoresOf(...values));

  it('never raises a rate with information, and equal scores get equal rates', () => {
    fc.assert(
      fc.property(scores, options, (list, bounds) => {
        const ascending = linearSchedule(list, bounds).sites.toSorted((a, b) => a.score - b.score);
        const falling = ascending.map(({ rate: value }) => value).toSorted((a, b) => b - a);
        expect(ascending.map(({ rate: value }) => value)).toEqual(falling);
        const pairs = new Set(ascending.map((site) => `${site.score} ${site.rate}`));
        expect(pairs.size).toBe(new Set(list.map(({ score }) => `${score}`)).size);
      }),
    );
  });

  it('stays in bounds, exactly, so that the schedule parses', () => {
    fc.assert(
      fc.property(scores, options, (list, bounds) => {
        const schedule = linearSchedule(list, bounds);
        expect(parseSchedule(schedule)).toEqual(schedule);
      }),
    );
  });

  it('does not depend on the order of the sites', () => {
    fc.assert(
      fc.property(scores, options, fc.nat(), (list, bounds, seed) => {
        const ratesByName = (order: LayerScores): Map<string, number> =>
          new Map(linearSchedule(order, bounds).sites.map((site) => [site.name, site.rate]));
        expect(ratesByName(new Random(seed).shuffle(list))).toEqual(ratesByName(list));
      }),
    );
  });

  it('has the mean of the two bounds (exclusive: half a step more), ties or not', () => {
    fc.assert(
      fc.property(scores, options, (list, { upper, lower, convention }) => {
        const rates = ratesOf(list, { upper, lower, convention });
        const mean = rates.reduce((sum, value) => sum + value, 0) / rates.length;
        const n = rates.length;
        const expected =
          convention === 'inclusive' && n > 1 ? (upper + lower) / 2 : (upper + lower) / 2 + (upper - lower) / (2 * n);
        // Forty additions of numbers below 1, each rounded to 2⁻⁵³.
        expect(Math.abs(mean - expected)).toBeLessThan(1e-14);
      }),
    );
  });
});
