import { Random } from '@guided-dropout/core';

/** A word of a list of sentences. */
export interface MaskedPosition {
  /** Index of the sentence. */
  readonly sentence: number;
  /** Index of the word in its sentence; an encoder that puts `[CLS]` first has it one further right. */
  readonly position: number;
}

/** The share of a sentence's words that is masked (BERT's, Devlin et al. 2019). */
const MASKED_SHARE = 0.15;

/**
 * The words to mask for judging models on the same ones: 15 % of each sentence's words, at least one, by seed.
 *
 * The final punctuation mark is not a word: it would be guessed from the word order alone. Positions come in ascending order.
 */
export function maskedPositions(sentences: readonly string[], seed: number): MaskedPosition[] {
  const random = new Random(seed).fork('masked-positions');
  return sentences.flatMap((text, sentence) => {
    const numWords = text.split(' ').length - 1;
    const numMasked = Math.max(1, Math.round(MASKED_SHARE * numWords));
    const chosen = random.shuffle(Array.from({ length: numWords }, (_, i) => i)).slice(0, numMasked);
    return chosen.toSorted((a, b) => a - b).map((position) => ({ sentence, position }));
  });
}
