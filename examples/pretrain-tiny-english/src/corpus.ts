import { generateCorpus, splitCorpus, type SplitCorpus } from '@guided-dropout/tiny-english';

/** The project's corpus: 60,000 sentences from seed 1, of which 2,000 are held out. */
export function projectCorpus(): SplitCorpus {
  const sentences = generateCorpus({ seed: 1, numSentences: 60_000 });
  return splitCorpus(sentences, { seed: 1, numHeldOut: 2000 });
}
