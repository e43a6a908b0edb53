import { GuidedDropoutError, Random } from '@guided-dropout/core';
import type { AcceptabilityExample } from './acceptability.js';

export interface SplitAcceptabilityOptions {
  readonly seed: number;
  /** Examples (not pairs) wanted; of an odd number, the last pair gives its acceptable member only. */
  readonly numTrain: number;
  readonly numDev: number;
}

/** Examples to train on and to judge by, each part shuffled. */
export interface SplitAcceptability {
  readonly train: AcceptabilityExample[];
  readonly dev: AcceptabilityExample[];
}

/**
 * Deals the pairs, shuffled by the seed, to a training and a development part: no pair and so no sentence is in both.
 *
 * @throws GuidedDropoutError `ACCEPTABILITY_SPLIT` when the sizes are no non-negative integers or need more pairs than given.
 */
export function splitAcceptability(
  examples: readonly AcceptabilityExample[],
  { seed, numTrain, numDev }: SplitAcceptabilityOptions,
): SplitAcceptability {
  const random = new Random(seed).fork('split-acceptability');
  const bySource = new Map<string, AcceptabilityExample[]>();
  for (const example of examples) bySource.set(example.source, [...(bySource.get(example.source) ?? []), example]);
  const pairs = random.shuffle([...bySource.values()]);
  const [trainPairs, devPairs] = [Math.ceil(numTrain / 2), Math.ceil(numDev / 2)];
  const valid = [numTrain, numDev].every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!valid || trainPairs + devPairs > pairs.length) {
    throw new GuidedDropoutError('ACCEPTABILITY_SPLIT', {
      where: 'splitAcceptability(numTrain, numDev)',
      expected: `non-negative integers that need at most ${pairs.length} pairs`,
      received: `${numTrain} and ${numDev}`,
      fix: 'Generate more pairs or ask for fewer examples.',
    });
  }
  const part = (from: number, to: number, size: number): AcceptabilityExample[] =>
    random.shuffle(pairs.slice(from, to).flat().slice(0, size));
  return { train: part(0, trainPairs, numTrain), dev: part(trainPairs, trainPairs + devPairs, numDev) };
}
