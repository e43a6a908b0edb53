import { GuidedDropoutError, Random } from '@guided-dropout/core';
import { drawSentence } from './grammar/sentence.js';

export interface CorpusOptions {
  readonly seed: number;
  /** How many sentences, all different; a non-negative integer. */
  readonly numSentences: number;
}

/** Draws before giving up on a new sentence; the fragment has millions, so this is met by no sensible request. */
const MAX_REPEATS = 10_000;

/**
 * Grammatical sentences of the fragment, all different: lower case, tokens separated by spaces, `.` or `?` last.
 *
 * Equal options give equal sentences, and a longer corpus begins with the shorter one of the same seed. At most 24 tokens each.
 *
 * @throws GuidedDropoutError `CORPUS_SIZE` when `numSentences` is not a non-negative integer or more than can be found.
 * @example
 * generateCorpus({ seed: 1, numSentences: 60_000 });
 */
export function generateCorpus({ seed, numSentences }: CorpusOptions): string[] {
  if (!Number.isSafeInteger(numSentences) || numSentences < 0) throw sizeError(String(numSentences));
  const random = new Random(seed);
  const sentences = new Set<string>();
  for (let repeats = 0; sentences.size < numSentences;) {
    const before = sentences.size;
    sentences.add(drawSentence(random).text);
    repeats = sentences.size === before ? repeats + 1 : 0;
    if (repeats > MAX_REPEATS) throw sizeError(`${numSentences}, of which ${before} were found`);
  }
  return [...sentences];
}

function sizeError(received: string): GuidedDropoutError {
  return new GuidedDropoutError('CORPUS_SIZE', {
    where: 'generateCorpus(numSentences)',
    expected: 'a non-negative integer within what the fragment can say',
    received,
    fix: 'Ask for fewer sentences; the project uses 60000.',
  });
}
