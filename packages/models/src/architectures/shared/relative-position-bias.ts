import { int64, ints } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';

/** How T5 sorts the distances between queries and keys into buckets. */
export interface RelativePositions {
  readonly numBuckets: number;
  /** All distances from here on share a bucket. */
  readonly maxDistance: number;
  /** Whether keys may stand behind their query, as in an encoder; half of the buckets are then for those. */
  readonly bidirectional: boolean;
}

/**
 * The bias that a head adds to the score of a query and a key, by their distance (Raffel et al., 2020, §2.1).
 *
 * Looked up in two steps, buckets of all distances and then distances of all pairs, so that gradients by example are of
 * 2 · maxDistance + 1 rows and not of query · key.
 *
 * @param positions of queries and keys alike, `[length]`, int64.
 * @param name of the table `[buckets, heads]`.
 * @returns `[1, heads, query, key]`: all examples share it.
 */
export function emitRelativePositionBias(
  weights: WeightSource,
  positions: string,
  name: string,
  numHeads: number,
  relative: RelativePositions,
): string {
  const { builder } = weights;
  const { numBuckets, maxDistance } = relative;
  const number = (value: number): string => builder.constant(int64([], [value]));
  const distances = Array.from({ length: 2 * maxDistance + 1 }, (_, i) => i - maxDistance);
  const buckets = builder.constant(
    int64(
      [distances.length],
      distances.map((distance) => bucketOf(distance, relative)),
    ),
  );
  const byDistance = builder.op('Gather', [weights.weight(name, [numBuckets, numHeads], 'normal'), buckets]);
  const queries = builder.op('Unsqueeze', [positions, builder.integers([1])]);
  const offsets = builder.op('Sub', [positions, queries]);
  const near = builder.op('Clip', [offsets, number(-maxDistance), number(maxDistance)]);
  const rows = builder.op('Add', [near, number(maxDistance)]);
  const biases = builder.op('Transpose', [builder.op('Gather', [byDistance, rows])], { perm: ints([2, 0, 1]) });
  return builder.op('Unsqueeze', [biases, builder.integers([0])]);
}

/**
 * The bucket of a key's position less its query's: one for each of the near distances, ever wider ones for the others.
 * In float32 as `transformers` computes it, for a quotient that should be whole decides by its last bit.
 */
export function bucketOf(distance: number, { numBuckets, maxDistance, bidirectional }: RelativePositions): number {
  const usable = bidirectional ? Math.floor(numBuckets / 2) : numBuckets;
  const offset = bidirectional && distance > 0 ? usable : 0;
  const size = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
  const numExact = Math.floor(usable / 2);
  if (size < numExact) return offset + size;
  const logarithm = Math.fround(Math.log(Math.fround(size / numExact)));
  const share = Math.fround(logarithm / Math.fround(Math.log(maxDistance / numExact)));
  const wide = numExact + Math.trunc(Math.fround(share * (usable - numExact)));
  return offset + Math.min(wide, usable - 1);
}
