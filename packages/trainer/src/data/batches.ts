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
