import { expect, test } from 'vitest';
import { bucketOf } from './relative-position-bias.js';

/** Buckets of the distances from −128 to 128 by PyTorch 1.13, from T5's own function, as bucket:times in a row. */
const encoder = `
  15:38 14:27 13:18 12:14 11:9 10:7 9:4 8:4 7:1 6:1 5:1 4:1 3:1 2:1 1:1 0:1
  17:1 18:1 19:1 20:1 21:1 22:1 23:1 24:4 25:4 26:7 27:9 28:14 29:18 30:27 31:38`;
const decoder = `
  31:16 30:14 29:12 28:10 27:10 26:8 25:7 24:6 23:6 22:5 21:4 20:4 19:3 18:3 17:2 16:3
  15:1 14:1 13:1 12:1 11:1 10:1 9:1 8:1 7:1 6:1 5:1 4:1 3:1 2:1 1:1 0:129`;

function written(runs: string): number[] {
  return runs
    .trim()
    .split(/\s+/)
    .flatMap((run) => {
      const [bucket, times] = run.split(':').map(Number) as [number, number];
      return Array.from({ length: times }, () => bucket);
    });
}

test.each([
  ['both sides of a query', true, encoder],
  ['what came before it', false, decoder],
])('the buckets of T5 (32, up to 128) for %s', (_, bidirectional, runs) => {
  const relative = { numBuckets: 32, maxDistance: 128, bidirectional };
  const buckets = Array.from({ length: 257 }, (_distance, i) => bucketOf(i - 128, relative));
  expect(buckets).toEqual(written(runs));
});
