import { generateAcceptability, splitAcceptability } from '@guided-dropout/tiny-english';
import type { ClassificationExample } from '@guided-dropout/trainer';
import type { Tokenizer } from 'guided-dropout';
import { settings } from './settings.js';

/** Labelled sentences, tokenised. */
export interface AcceptabilityTask {
  readonly labels: readonly string[];
  readonly train: readonly ClassificationExample[];
  readonly dev: readonly ClassificationExample[];
}

/** The acceptability task of the small English fragment: is this a sentence of the language? */
export function acceptabilityTask(tokenizer: Tokenizer, maxLength: number): AcceptabilityTask {
  const { numTrain, numDev } = settings;
  // Twice the pairs that are needed, so that the split has some to choose from.
  const examples = generateAcceptability({ seed: 1, numPairs: numTrain + numDev });
  const split = splitAcceptability(examples, { seed: 1, numTrain, numDev });
  const encode = (sentences: typeof split.train): ClassificationExample[] =>
    sentences.map(({ sentence, label }) => ({ ...tokenizer.encode(sentence, undefined, maxLength), label }));
  return { labels: ['unacceptable', 'acceptable'], train: encode(split.train), dev: encode(split.dev) };
}
