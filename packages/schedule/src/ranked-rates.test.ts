import { describe, expect, it } from 'vitest';
import { rankedRates } from './ranked-rates.js';

describe('rankedRates', () => {
  it('hands every score its rank from 1, the count, and the score', () => {
    const seen: number[][] = [];
    rankedRates([30, 10, 20], (...call) => {
      seen.push(call);
      return 0;
    });
    expect(seen).toEqual([
      [1, 3, 10],
      [2, 3, 20],
      [3, 3, 30],
    ]);
  });

  it('gives equal scores the mean of their ranks’ rates', () => {
    expect(rankedRates([5, 1, 5, 9], (rank) => rank / 8)).toEqual([2.5 / 8, 1 / 8, 2.5 / 8, 4 / 8]);
  });

  it('keeps a tie of equal rates at that rate, where the float mean of three times 0.1 is above it', () => {
    expect((0.1 + 0.1 + 0.1) / 3).toBeGreaterThan(0.1);
    expect(rankedRates([1, 1, 1], () => 0.1)).toEqual([0.1, 0.1, 0.1]);
  });
});
