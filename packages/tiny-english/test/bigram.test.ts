import { describe, expect, test } from 'vitest';
import { BigramModel, generateCorpus, maskedAccuracy, maskedPositions, splitCorpus } from '../src/index.js';

describe('BigramModel', () => {
  const corpus = ['a x .', 'a x .', 'a x .', 'a y b .', 'c y b .'];
  const model = BigramModel.train(corpus);

  test('left only, takes the commonest follower', () => {
    expect(model.predictFromLeft(['a', '?', 'b', '.'], 1)).toBe('x');
  });

  test('with both neighbours, takes the one that fits between', () => {
    expect(model.predict(['a', '?', 'b', '.'], 1)).toBe('y');
    expect(model.predict(['a', '?', '.'], 1)).toBe('x');
    expect(model.predict(['?', 'x', '.'], 0)).toBe('a');
  });

  test('predicts words, never the boundary, beside words it does not know', () => {
    expect(['a', 'b', 'c', 'x', 'y', '.']).toContain(model.predict(['unheard', '?', 'unheard'], 1));
    expect(model.predict(['?'], 0)).not.toBe('');
  });

  test('smooths as stated', () => {
    // Over 22 tokens (17 words and 5 ends) of 7 kinds, after "a": x has 3 + κ(3 + 1)/29 and "." has 0 + κ(5 + 1)/29, both
    // over 4 + κ; they are equal at κ = 43.5.
    const predicted = [43, 44].map((smoothing) =>
      BigramModel.train(corpus, { smoothing }).predictFromLeft(['a', '?'], 1),
    );
    expect(predicted).toEqual(['x', '.']);
  });

  test.each([0, -1, Number.NaN, Infinity])('refuses a smoothing of %f', (smoothing) => {
    expect(() => BigramModel.train(corpus, { smoothing })).toThrowError(
      expect.objectContaining({ code: 'BIGRAM_SMOOTHING' }),
    );
  });
});

describe('maskedPositions', () => {
  const sentences = generateCorpus({ seed: 2, numSentences: 1000 });
  const positions = maskedPositions(sentences, 5);

  test('masks 15 % of the words, at least one of each sentence, never its punctuation', () => {
    sentences.forEach((text, sentence) => {
      const own = positions.filter((each) => each.sentence === sentence).map(({ position }) => position);
      const numWords = text.split(' ').length - 1;
      expect(own).toHaveLength(Math.max(1, Math.round(0.15 * numWords)));
      expect(own).toEqual([...new Set(own)].toSorted((a, b) => a - b));
      expect(own.every((position) => position >= 0 && position < numWords)).toBe(true);
    });
  });

  test('reaches every place alike', () => {
    const places = positions.map(({ sentence, position }) => position / (sentences[sentence]!.split(' ').length - 2));
    const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
    // Mean 1/2; the standard error of about 1500 uniform draws is .0075, and five of them are allowed.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0375);
  });

  test('follows the seed', () => {
    expect(maskedPositions(sentences, 5)).toEqual(positions);
    expect(maskedPositions(sentences, 6)).not.toEqual(positions);
  });
});

describe('maskedAccuracy', () => {
  const corpus = generateCorpus({ seed: 1, numSentences: 12_000 });
  const { train, heldOut } = splitCorpus(corpus, { seed: 1, numHeldOut: 1000 });
  const positions = maskedPositions(heldOut, 1);

  test('is the share of words guessed', () => {
    expect(maskedAccuracy((words, position) => words[position]!, heldOut, positions)).toBe(1);
    expect(maskedAccuracy(() => 'nothing', heldOut, positions)).toBe(0);
    const two = [0, 1].map((position) => ({ sentence: 0, position }));
    expect(maskedAccuracy(() => 'dogs', ['dogs sleep .'], two)).toBe(0.5);
  });

  test('of held-out words: a neighbour tells something, two more, and most is left for models that see further', () => {
    const model = BigramModel.train(train);
    const left = maskedAccuracy((words, position) => model.predictFromLeft(words, position), heldOut, positions);
    const both = maskedAccuracy((words, position) => model.predict(words, position), heldOut, positions);
    expect(left).toBeGreaterThan(0.1);
    expect(both).toBeGreaterThan(left + 0.05);
    expect(both).toBeLessThan(0.4);
  });
});
