import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateCorpus, MAX_WORDS, splitCorpus, wordForms } from '../src/index.js';
import { digest } from './golden/digest.js';
import { recognises } from './recogniser.js';

let corpus: string[];
beforeAll(() => {
  corpus = generateCorpus({ seed: 7, numSentences: 20_000 });
});

describe('the recogniser, which has a grammar of its own', () => {
  test.each([
    'the cakes near the boat are small .',
    'mary thinks that the doctor who the nurses noticed has blamed herself .',
    'what does anna believe that the baker ate with a spoon ?',
    'there were two pies in the kitchen .',
  ])('accepts: %s', (sentence) => expect(recognises(sentence)).toBe(true));

  test.each([
    'the cakes near the boat is small .',
    'mary thinks that the doctor who the nurses noticed has blamed themselves .',
    'what does anna believe that the baker sliced the pie ?',
    'there was two pies in the kitchen .',
    'a old dog slept .',
    'the dog slept',
    'the dog slept ?',
  ])('rejects: %s', (sentence) => expect(recognises(sentence)).toBe(false));

  test('accepts every sentence generated', () => {
    expect(corpus.filter((sentence) => !recognises(sentence))).toEqual([]);
  });

  test('rejects nearly every sentence with two neighbouring words exchanged', () => {
    // Not all: "two old kings" has no such twin, but "john and mary" and "quietly yesterday" do.
    const swapped = corpus.slice(0, 2000).map((sentence, i) => {
      const words = sentence.split(' ');
      const at = i % (words.length - 2);
      [words[at], words[at + 1]] = [words[at + 1]!, words[at]!];
      return words.join(' ');
    });
    const accepted = swapped.filter(recognises).length;
    expect(accepted / swapped.length).toBeLessThan(0.1);
  });
});

describe('the corpus', () => {
  test('is in the stated form', () => {
    expect(corpus.filter((sentence) => !/^[a-z]+( [a-z]+)+ [.?]$/.test(sentence))).toEqual([]);
    const lengths = corpus.map((sentence) => sentence.split(' ').length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_WORDS);
    const typical = lengths.filter((length) => length >= 5 && length <= 16).length;
    expect(typical / lengths.length).toBeGreaterThan(0.85);
  });

  test('uses every word form, and no other', () => {
    const used = new Set(corpus.flatMap((sentence) => sentence.split(' ').slice(0, -1)));
    expect([...used].toSorted()).toEqual(wordForms().toSorted());
  });

  test('has no sentence twice', () => {
    expect(new Set(corpus).size).toBe(corpus.length);
  });

  test.each<[string, RegExp, number]>([
    ['yes-no questions', /^(do|does|did|is|are|was|were|has|have|had|can|will|must|should|am) .* \?$/, 0.05],
    ['wh-questions', /^(who|what|which|where|when|why) .* \?$/, 0.08],
    ['negation', / not /, 0.08],
    ['reflexives', /(self|selves) /, 0.02],
    ['passives with an agent', / by /, 0.03],
    ['embedded clauses', / (think|believe|hope|claim|wonder|thought)(s|d|ed)? (that|whether) /, 0.03],
    ['relative clauses', /(man|boy|girl|doctor|teacher|pie|boat)s? (that|who) /, 0.01],
    ['ever', / ever /, 0.01],
    ['existentials', /^there /, 0.01],
  ])('has %s', (_, pattern, share) => {
    expect(corpus.filter((sentence) => pattern.test(sentence)).length / corpus.length).toBeGreaterThan(share);
  });

  test('is the same for the same seed, begins a longer one, and is another for another seed', () => {
    expect(generateCorpus({ seed: 7, numSentences: 500 })).toEqual(corpus.slice(0, 500));
    const other = new Set(generateCorpus({ seed: 8, numSentences: 500 }));
    // Short sentences recur, long ones hardly.
    expect(corpus.slice(0, 500).filter((sentence) => other.has(sentence)).length).toBeLessThan(20);
  });

  test('refuses impossible sizes', () => {
    for (const numSentences of [-1, 1.5, Number.NaN]) {
      expect(() => generateCorpus({ seed: 1, numSentences })).toThrowError(
        expect.objectContaining({ code: 'CORPUS_SIZE' }),
      );
    }
  });
});

describe('splitCorpus', () => {
  test('parts the distinct sentences', () => {
    const { train, heldOut } = splitCorpus([...corpus, ...corpus.slice(0, 50)], { seed: 3, numHeldOut: 1000 });
    expect(heldOut).toHaveLength(1000);
    expect([...train, ...heldOut].toSorted()).toEqual(corpus.toSorted());
    expect(splitCorpus(corpus, { seed: 3, numHeldOut: 1000 }).heldOut).toEqual(heldOut);
    expect(splitCorpus(corpus, { seed: 4, numHeldOut: 1000 }).heldOut).not.toEqual(heldOut);
  });

  test('refuses to hold out more than there is', () => {
    expect(() => splitCorpus(['a b .'], { seed: 1, numHeldOut: 2 })).toThrowError(
      expect.objectContaining({ code: 'HELD_OUT_SIZE' }),
    );
  });
});

test('what is generated is what was published', () => {
  const golden = JSON.parse(readFileSync(new URL('golden/digest.json', import.meta.url), 'utf8')) as object;
  expect(digest()).toEqual(golden);
});
