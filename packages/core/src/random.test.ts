import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuidedDropoutError } from './errors.js';
import { Random } from './random.js';

// The statistical tests fix their seeds, so none is flaky. A bound of four standard deviations would reject a right
// generator for one seed in sixteen thousand.
const SIGMAS = 4;
const safeInteger = fc.maxSafeInteger();

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const firstNumbers = (random: Random): number[] => draws(4, () => random.uint32());
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * How many standard deviations the χ² of cell numbers in [0, cells) lies from what uniform ones give
 * (Wilson–Hilferty). Absolute: too even is as wrong as too uneven.
 */
function deviationFromUniform(drawn: readonly number[], cells: number): number {
  const counts = Array.from({ length: cells }, () => 0);
  for (const cell of drawn) counts[cell]!++;
  const expected = drawn.length / cells;
  const chiSquare = sum(counts.map((count) => (count - expected) ** 2 / expected));
  const spread = 2 / (9 * (cells - 1));
  return Math.abs((Math.cbrt(chiSquare / (cells - 1)) - (1 - spread)) / Math.sqrt(spread));
}

/** Abramowitz and Stegun 26.2.17; its error of 7.5e-8 is far below the Kolmogorov–Smirnov bound. */
function normalDistribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upperTail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x < 0 ? upperTail : 1 - upperTail;
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof GuidedDropoutError ? error.code : String(error);
  }
  return undefined;
}

describe('new Random', () => {
  // From an implementation of sfc32 and splitmix32 on Python's integers.
  it.each([
    [0, [2899526011, 769844623, 220372281, 4270301181]],
    [42, [1959603763, 2423114712, 2466933512, 4144396390]],
    [-1, [791991786, 3318275150, 1115953949, 2887980058]],
    [2 ** 32, [2120946196, 3404323840, 1380178210, 1289593087]],
    [Number.MAX_SAFE_INTEGER, [3905917292, 2729033344, 846855495, 3153899204]],
    [Number.MIN_SAFE_INTEGER, [3431105263, 932514871, 2066138194, 2040705923]],
  ])('gives the pinned sequence for seed %d', (seed, sequence) => {
    expect(firstNumbers(new Random(seed))).toEqual(sequence);
  });

  it('gives different seeds different sequences', () => {
    const distances = fc.oneof(
      fc.integer({ min: 1 }),
      fc.integer({ min: 1, max: 2 ** 20 }).map((k) => k * 2 ** 32),
    );
    fc.assert(
      fc.property(fc.integer(), distances, (seed, distance) => {
        expect(firstNumbers(new Random(seed))).not.toEqual(firstNumbers(new Random(seed + distance)));
      }),
    );
  });

  it('spreads the first number of neighbouring seeds evenly', () => {
    let seed = 0;
    const drawn = draws(20_000, () => Math.floor(new Random(seed++).uniform() * 64));
    expect(deviationFromUniform(drawn, 64)).toBeLessThan(SIGMAS);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 53, -(2 ** 53)])('rejects the seed %d', (seed) => {
    expect(codeOf(() => new Random(seed))).toBe('RANDOM_SEED');
  });
});

describe('uniform', () => {
  it('gives the pinned sequence', () => {
    const random = new Random(42);
    expect(draws(3, () => random.uniform())).toEqual([0.4562558052254867, 0.5743777227769976, 0.8310974141243506]);
  });

  it('fills [0, 1) evenly, single draws and consecutive pairs', () => {
    const random = new Random(1);
    const values = draws(100_000, () => random.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const drawn = values.map((value) => Math.floor(value * 100));
    expect(deviationFromUniform(drawn, 100)).toBeLessThan(SIGMAS);
    const pairs = draws(100_000, () => Math.floor(random.uniform() * 16) * 16 + Math.floor(random.uniform() * 16));
    expect(deviationFromUniform(pairs, 256)).toBeLessThan(SIGMAS);
  });

  it('has random bits down to 2^-53', () => {
    const random = new Random(2);
    const drawn = draws(10_000, () => (random.uniform() * 2 ** 53) % 16);
    expect(deviationFromUniform(drawn, 16)).toBeLessThan(SIGMAS);
  });
});

describe('normal', () => {
  const random = new Random(3);
  const count = 100_000;
  const values = draws(count, () => random.normal());

  it('gives the pinned sequence', () => {
    const pinned = new Random(42);
    // Equal but for the last bits, where logarithms and cosines of different libraries differ.
    for (const value of [-0.9855168849086133, -1.6031369865612646, 1.106835513316471])
      expect(pinned.normal()).toBeCloseTo(value, 14);
  });

  // The variances of the sample moments of a standard normal: Var(xᵏ) = E x²ᵏ − (E xᵏ)².
  it.each([
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ])('has the moment of order %d', (order, moment, variance) => {
    const sample = sum(values.map((value) => value ** order)) / count;
    expect(Math.abs(sample - moment)).toBeLessThan(SIGMAS * Math.sqrt(variance / count));
  });

  it('follows the normal distribution function', () => {
    const sorted = values.toSorted((a, b) => a - b);
    const gaps = sorted.map((value, i) => Math.abs(normalDistribution(value) - (i + 0.5) / count));
    // Kolmogorov–Smirnov: 2.2/√n is exceeded with probability 2 exp(-2·2.2²) ≈ 1e-4.
    const widest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
    expect(widest).toBeLessThan(2.2 / Math.sqrt(count));
  });

  it('does not correlate consecutive draws', () => {
    const products = values.slice(1).map((value, i) => value * values[i]!);
    expect(Math.abs(sum(products) / Math.sqrt(count))).toBeLessThan(SIGMAS);
  });
});

describe('integer', () => {
  it('stays an integer in [0, bound)', () => {
    fc.assert(
      fc.property(safeInteger, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (seed, bound) => {
        const drawn = new Random(seed).integer(bound);
        expect(Number.isSafeInteger(drawn) && drawn >= 0 && drawn < bound).toBe(true);
      }),
    );
  });

  it('gives every value the same chance', () => {
    const random = new Random(4);
    const drawn = draws(70_000, () => random.integer(7));
    expect(deviationFromUniform(drawn, 7)).toBeLessThan(SIGMAS);
  });

  it('is without bias at bounds near 2^53', () => {
    const random = new Random(5);
    // Scaling 53 random bits to this bound would make the multiples of 3 twice as likely as the rest.
    const drawn = draws(10_000, () => random.integer(3 * 2 ** 51) % 3);
    expect(deviationFromUniform(drawn, 3)).toBeLessThan(SIGMAS);
  });

  it.each([0, -3, 2.5, Number.NaN, 2 ** 53])('rejects the bound %d', (bound) => {
    expect(codeOf(() => new Random(0).integer(bound))).toBe('RANDOM_BOUND');
  });
});

describe('shuffle and choose', () => {
  it('returns a permutation and leaves its input alone', () => {
    fc.assert(
      fc.property(safeInteger, fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = new Random(seed).shuffle(items);
        expect(items).toEqual(before);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
  });

  it('reaches the 24 orders of four items equally often', () => {
    const random = new Random(6);
    const orders = draws(48_000, () => random.shuffle(['a', 'b', 'c', 'd']).join(''));
    const known = [...new Set(orders)];
    expect(known).toHaveLength(24);
    const index = new Map(known.map((order, i) => [order, i]));
    const drawn = orders.map((order) => index.get(order)!);
    expect(deviationFromUniform(drawn, 24)).toBeLessThan(SIGMAS);
  });

  it('chooses every item equally often and nothing from an empty list', () => {
    const random = new Random(7);
    const drawn = draws(50_000, () => random.choose([0, 1, 2, 3, 4]));
    expect(deviationFromUniform(drawn, 5)).toBeLessThan(SIGMAS);
    expect(codeOf(() => random.choose([]))).toBe('RANDOM_EMPTY');
  });
});
