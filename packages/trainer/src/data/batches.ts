import { GuidedDropoutError, type Random } from '@guided-dropout/core';

/** The items in seeded random order, in batches; the last may be smaller. */
export function shuffledBatches<T>(items: readonly T[], batchSize: number, random: Random): T[][] {
  return inBatches(random.shuffle(items), batchSize);
}

/**
 * The items in batches of the given order; the last may be smaller.
 *
 * @throws GuidedDropoutError `BATCH_SIZE` for a size that is no positive integer.
 */
export function inBatches<T>(items: readonly T[], batchSize: number): T[][] {
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    throw new GuidedDropoutError('BATCH_SIZE', {
      where: 'batchSize',
      expected: 'a positive integer',
      received: String(batchSize),
      fix: 'Pass the number of examples per step, e.g. 8.',
    });
  }
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
