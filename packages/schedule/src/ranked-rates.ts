import { meanRate } from './mean-rate.js';

/**
 * How rates fall with information: the rate of the site at `rank` of `count`, rank 1 the least informative.
 *
 * `score` is that site's, for shapes that look at how far scores lie apart and not only at their order.
 */
export type RateShape = (rank: number, count: number, score: number) => number;

/**
 * One rate per score, in the order given: scores are ranked ascending and the shape turns ranks into rates.
 *
 * Equal scores share the mean of the rates their ranks would get, so that the result depends on the scores alone and
 * never on the order in which a model happens to list its sites, and the mean over all sites stays the shape's.
 */
export function rankedRates(scores: readonly number[], shape: RateShape): number[] {
  const count = scores.length;
  const ascending = scores.map((_, index) => index).toSorted((a, b) => scores[a]! - scores[b]!);
  const rates: number[] = Array.from({ length: count });
  for (let start = 0, end = 0; start < count; start = end) {
    const score = scores[ascending[start]!]!;
    while (end < count && scores[ascending[end]!] === score) end++;
    const tied = ascending.slice(start, end);
    const shared = meanRate(tied.map((_, offset) => shape(start + offset + 1, count, score)));
    for (const index of tied) rates[index] = shared;
  }
  return rates;
}
