import { GuidedDropoutError, Random } from '@guided-dropout/core';

export interface SplitCorpusOptions {
  readonly seed: number;
  /** How many of the distinct sentences are held out; a non-negative integer. */
  readonly numHeldOut: number;
}

/** A corpus in two parts that share no sentence. */
export interface SplitCorpus {
  readonly train: string[];
  readonly heldOut: string[];
}

/**
 * Shuffles the distinct sentences by the seed and holds the first `numHeldOut` out: the parts share no sentence.
 *
 * @throws GuidedDropoutError `HELD_OUT_SIZE` when there are fewer distinct sentences than are to be held out.
 */
export function splitCorpus(sentences: readonly string[], { seed, numHeldOut }: SplitCorpusOptions): SplitCorpus {
  const distinct = [...new Set(sentences)];
  if (!Number.isSafeInteger(numHeldOut) || numHeldOut < 0 || numHeldOut > distinct.length) {
    throw new GuidedDropoutError('HELD_OUT_SIZE', {
      where: 'splitCorpus(numHeldOut)',
      expected: `an integer from 0 to ${distinct.length}, the number of distinct sentences`,
      received: String(numHeldOut),
      fix: 'Hold out fewer sentences or generate a longer corpus.',
    });
  }
  const shuffled = new Random(seed).fork('split-corpus').shuffle(distinct);
  return { heldOut: shuffled.slice(0, numHeldOut), train: shuffled.slice(numHeldOut) };
}
