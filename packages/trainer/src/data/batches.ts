import type { Random } from '@guided-dropout/core';

/** The items in seeded random order, in batches; the last may be smaller. */
export function shuffledBatches<T>(items: readonly T[], batchSize: number, random: Random): T[][] {
  return inBatches(random.shuffle(items), batchSize);
}

/** The items in batches of the given order; the last may be smaller. */
export function inBatches<T>(items: readonly T[], batchSize: number): T[][] {
  const count = Math.ceil(items.length / batchSize);
  return Array.from({ length: count }, (_, i) => items.slice(i * batchSize, (i + 1) * batchSize));
}

/**
 * Batches of items of like length in seeded random order: which items of a length meet, and the order of the batches,
 * are random; little is padded.
 */
export function bucketedBatches<T>(
  items: readonly T[],
  batchSize: number,
  lengthOf: (item: T) => number,
  random: Random,
): T[][] {
  const byLength = random.shuffle(items).toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return random.shuffle(inBatches(byLength, batchSize));
}
