import { generateCorpus, splitCorpus, type SplitCorpus } from '@guided-dropout/tiny-english';

/** Sentences of the project's corpus. */
export const CORPUS_SIZE = 60_000;

/** The project's corpus, or its beginning: sentences from seed 1, of which one in thirty is held out. */
export function projectCorpus(numSentences = CORPUS_SIZE): SplitCorpus {
  const sentences = generateCorpus({ seed: 1, numSentences });
  return splitCorpus(sentences, { seed: 1, numHeldOut: Math.round(numSentences / 30) });
}
