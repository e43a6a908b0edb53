import type { MaskedPosition } from './masked-positions.js';

/** Guesses the word at a position; the list holds the sentence's true words, and the one asked for must not be read. */
export type MaskedWordPredictor = (words: readonly string[], position: number) => string;

/**
 * The share in [0, 1] of masked words a predictor gets right.
 *
 * A predictor of this kind sees the true neighbours even where a neighbour is masked too, so against an encoder that is shown
 * all of a sentence's masks at once it is flattered a little.
 */
export function maskedAccuracy(
  predict: MaskedWordPredictor,
  sentences: readonly string[],
  positions: readonly MaskedPosition[],
): number {
  const words = sentences.map((sentence) => sentence.split(' '));
  const right = positions.filter(({ sentence, position }) => {
    const tokens = words[sentence]!;
    return predict(tokens, position) === tokens[position];
  });
  return right.length / positions.length;
}
