import { beforeAll, describe, expect, test } from 'vitest';
import {
  acceptabilityTsv,
  generateAcceptability,
  PHENOMENA,
  splitAcceptability,
  wordForms,
  type AcceptabilityExample,
} from '../src/index.js';
import { recognises } from './recogniser.js';

const numPairs = PHENOMENA.length * 150;
let examples: AcceptabilityExample[];
beforeAll(() => {
  examples = generateAcceptability({ seed: 11, numPairs });
});

describe('minimal pairs', () => {
  test.each(PHENOMENA)('%s: one member is grammatical, the other is not', (phenomenon) => {
    const own = examples.filter((example) => example.phenomenon === phenomenon);
    expect(own).toHaveLength(300);
    expect(own.filter(({ sentence, label }) => recognises(sentence) !== (label === 1))).toEqual([]);
  });

  test('differ by at most three words put in, left out or changed', () => {
    for (let i = 0; i < examples.length; i += 2) {
      const [good, bad] = [examples[i]!, examples[i + 1]!];
      expect([good.label, bad.label, good.source]).toEqual([1, 0, bad.source]);
      const distance = editDistance(good.sentence.split(' '), bad.sentence.split(' '));
      expect(distance, `${good.sentence} / ${bad.sentence}`).toBeGreaterThan(0);
      // An auxiliary moved behind a subject with a relative clause counts as one word left out and one put in.
      expect(distance, `${good.sentence} / ${bad.sentence}`).toBeLessThanOrEqual(3);
    }
  });

  test('have no sentence twice', () => {
    expect(new Set(examples.map(({ sentence }) => sentence)).size).toBe(2 * numPairs);
  });

  test('hold no word that the corpus lacks', () => {
    const known = new Set([...wordForms(), '.', '?']);
    const words = new Set(examples.flatMap(({ sentence }) => sentence.split(' ')));
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });

  test('tempt with the wrong noun: many agreement errors agree with another noun of the sentence', () => {
    const bad = examples.filter(({ phenomenon, label }) => phenomenon === 'subject-verb-agreement' && label === 0);
    const attracted = bad.filter(({ sentence }) => / (from|near|behind|in|that|who) /.test(sentence));
    expect(attracted.length / bad.length).toBeGreaterThan(0.3);
  });

  test('are the same for the same seed', () => {
    expect(generateAcceptability({ seed: 11, numPairs: 32 })).toEqual(examples.slice(0, 64));
    expect(generateAcceptability({ seed: 12, numPairs: 32 })).not.toEqual(examples.slice(0, 64));
  });

  test('are refused in impossible numbers', () => {
    expect(() => generateAcceptability({ seed: 1, numPairs: -1 })).toThrowError(
      expect.objectContaining({ code: 'ACCEPTABILITY_SIZE' }),
    );
  });
});

describe('splitAcceptability', () => {
  test('keeps pairs together and the parts apart', () => {
    const { train, dev } = splitAcceptability(examples, { seed: 1, numTrain: 3000, numDev: 500 });
    expect([train.length, dev.length]).toEqual([3000, 500]);
    const inTrain = new Set(train.flatMap(({ source, sentence }) => [source, sentence]));
    expect(dev.filter(({ source, sentence }) => inTrain.has(source) || inTrain.has(sentence))).toEqual([]);
    expect(dev.filter(({ label }) => label === 1)).toHaveLength(250);
    expect(new Set(dev.map(({ phenomenon }) => phenomenon))).toEqual(new Set(PHENOMENA));
    // Shuffled: pairs no longer stand together.
    expect(train.filter(({ source }, i) => source === train[i + 1]?.source).length).toBeLessThan(20);
  });

  test('gives odd sizes and follows its seed', () => {
    const options = { numTrain: 7, numDev: 3 };
    const first = splitAcceptability(examples, { seed: 1, ...options });
    expect([first.train.length, first.dev.length]).toEqual([7, 3]);
    expect(splitAcceptability(examples, { seed: 1, ...options })).toEqual(first);
    expect(splitAcceptability(examples, { seed: 2, ...options })).not.toEqual(first);
  });

  test.each([
    [2 * 2400, 2],
    [-2, 2],
    [1.5, 2],
  ])('refuses %f and %f', (numTrain, numDev) => {
    expect(() => splitAcceptability(examples, { seed: 1, numTrain, numDev })).toThrowError(
      expect.objectContaining({ code: 'ACCEPTABILITY_SPLIT' }),
    );
  });
});

test("acceptabilityTsv writes CoLA's four columns", () => {
  const [good, bad] = examples as [AcceptabilityExample, AcceptabilityExample];
  expect(acceptabilityTsv([good, bad])).toBe(
    `subject-verb-agreement-0\t1\t\t${good.sentence}\nsubject-verb-agreement-0\t0\t*\t${bad.sentence}\n`,
  );
});

/** Levenshtein's distance over words. */
function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1);
  a.forEach((word, i) => {
    const next: number[] = [];
    b.forEach((other, j) => {
      const diagonal = j === 0 ? i : row[j - 1]!;
      const left = j === 0 ? i + 1 : next[j - 1]!;
      next.push(Math.min(diagonal + (word === other ? 0 : 1), left + 1, row[j]! + 1));
    });
    row = next;
  });
  return row.at(-1)!;
}
