import { GuidedDropoutError } from '@guided-dropout/core';

/** What stands before the first word and after the last. */
const BOUNDARY = '';

export interface BigramOptions {
  /** Pseudo-counts given to the unigram distribution behind each word; positive. */
  readonly smoothing?: number;
}

/**
 * The baseline a masked language model has to beat: words predicted from their neighbours' counts.
 *
 * P(b | a) = (count(a b) + κ P(b)) / (count(a) + κ), P(b) = (count(b) + 1) / (words + vocabulary): a Dirichlet prior of κ
 * pseudo-counts spread as the unigrams are, themselves add-one smoothed (MacKay & Peto 1995). κ is 1 unless given.
 */
export class BigramModel {
  readonly #vocabulary: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;
  /** P(b | a) at `a * size + b`. */
  readonly #conditional: Float64Array;

  private constructor(vocabulary: readonly string[], ids: ReadonlyMap<string, number>, conditional: Float64Array) {
    this.#vocabulary = vocabulary;
    this.#ids = ids;
    this.#conditional = conditional;
  }

  /**
   * Counts the corpus; a sentence is its tokens separated by spaces.
   *
   * @throws GuidedDropoutError `BIGRAM_SMOOTHING` unless `smoothing` is positive and finite.
   */
  static train(sentences: readonly string[], { smoothing = 1 }: BigramOptions = {}): BigramModel {
    if (!(smoothing > 0 && smoothing < Infinity)) {
      throw new GuidedDropoutError('BIGRAM_SMOOTHING', {
        where: 'BigramModel.train(smoothing)',
        expected: 'a positive number of pseudo-counts',
        received: String(smoothing),
        fix: 'Leave it out for 1.',
      });
    }
    const tokenised = sentences.map((sentence) => [BOUNDARY, ...sentence.split(' '), BOUNDARY]);
    const vocabulary = [...new Set([BOUNDARY, ...tokenised.flat()])];
    const size = vocabulary.length;
    const ids = new Map(vocabulary.map((word, id) => [word, id]));
    const pairs = new Float64Array(size * size);
    for (const tokens of tokenised) {
      for (let i = 1; i < tokens.length; i++) pairs[ids.get(tokens[i - 1]!)! * size + ids.get(tokens[i]!)!]! += 1;
    }
    return new BigramModel(vocabulary, ids, conditionals(pairs, size, smoothing));
  }

  /** The word v that maximises P(v | left) · P(right | v); `position` is the masked word's, its own text is not read. */
  predict(words: readonly string[], position: number): string {
    const right = this.#id(words[position + 1]);
    return this.#best(words[position - 1], (word) => this.#conditional[word * this.#vocabulary.length + right]!);
  }

  /** The word v that maximises P(v | left). */
  predictFromLeft(words: readonly string[], position: number): string {
    return this.#best(words[position - 1], () => 1);
  }

  #best(left: string | undefined, factor: (word: number) => number): string {
    const size = this.#vocabulary.length;
    const row = this.#id(left) * size;
    let best = 1;
    let highest = -1;
    // From 1: the boundary, word 0, is no word to predict.
    for (let word = 1; word < size; word++) {
      const probability = this.#conditional[row + word]! * factor(word);
      if (probability > highest) [best, highest] = [word, probability];
    }
    return this.#vocabulary[best]!;
  }

  /** A neighbour's index; the boundary's for none, and for a word the corpus did not have. */
  #id(word: string = BOUNDARY): number {
    return this.#ids.get(word) ?? 0;
  }
}

function conditionals(pairs: Float64Array, size: number, smoothing: number): Float64Array {
  const before = new Float64Array(size);
  const after = new Float64Array(size).fill(1);
  pairs.forEach((count, i) => {
    before[Math.floor(i / size)]! += count;
    after[i % size]! += count;
  });
  const total = after.reduce((sum, count) => sum + count, 0);
  return pairs.map((count, i) => {
    return (count + (smoothing * after[i % size]!) / total) / (before[Math.floor(i / size)]! + smoothing);
  });
}
