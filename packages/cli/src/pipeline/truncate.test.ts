import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { truncateLongestFirst } from './truncate.js';

type Case = readonly [first: number, second: number | null, maxLength: number, tokens: string, segments: string];

const golden = JSON.parse(readFileSync(new URL('../../test/golden/truncation.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

/** Tokens as ids: 1 [CLS], 2 [SEP], from 10 the first text's, from 20 the second's. */
function untruncated(first: number, second: number | null): { inputIds: number[]; tokenTypeIds: number[] } {
  const text = (length: number, from: number): number[] => Array.from({ length }, (_, i) => from + i);
  const [a, b] = [[1, ...text(first, 10), 2], second === null ? [] : [...text(second, 20), 2]];
  return { inputIds: [...a, ...b], tokenTypeIds: [...a.map(() => 0), ...b.map(() => 1)] };
}

describe('cutting the longer text first', () => {
  test('is what the tokenizers library does, for texts and pairs of all small lengths', () => {
    expect(golden.cases.length).toBeGreaterThan(300);
    const name = (id: number): string => ({ 1: '[CLS]', 2: '[SEP]' })[id] ?? `${id < 20 ? 'a' : 'b'}${id % 10}`;
    for (const [first, second, maxLength, tokens, segments] of golden.cases) {
      const cut = truncateLongestFirst(untruncated(first, second), first, second ?? 0, maxLength);
      const label = `${first} and ${second} in ${maxLength}`;
      expect(cut.inputIds.map(name).join(' '), label).toBe(tokens);
      expect(cut.tokenTypeIds.join(''), label).toBe(segments);
    }
  });

  test.each([
    [null, 2, [1, 2]],
    [null, 1, [1, 2]],
    [4, 3, [1, 2, 2]],
    [4, 0, [1, 2, 2]],
  ])('keeps the special tokens where nothing else fits (pair of %s, %i tokens)', (second, maxLength, expected) => {
    expect(truncateLongestFirst(untruncated(5, second), 5, second ?? 0, maxLength).inputIds).toEqual(expected);
  });

  test('fills the room, keeps beginnings and never cuts the shorter text before the longer', () => {
    const length = fc.integer({ min: 1, max: 9 });
    const check = (first: number, second: number, maxLength: number): void => {
      const { inputIds, tokenTypeIds } = truncateLongestFirst(untruncated(first, second), first, second, maxLength);
      expect(inputIds).toHaveLength(Math.min(maxLength, first + second + 3));
      expect(tokenTypeIds).toHaveLength(inputIds.length);
      const [a, b] = [inputIds.filter((id) => id >= 10 && id < 20), inputIds.filter((id) => id >= 20)];
      expect(inputIds).toEqual([1, ...a, 2, ...b, 2]);
      expect(a).toEqual(untruncated(a.length, null).inputIds.slice(1, -1));
      if (a.length < first && b.length < second) expect(Math.abs(a.length - b.length)).toBeLessThanOrEqual(1);
      if (a.length < first && b.length === second) expect(a.length).toBeGreaterThanOrEqual(b.length - 1);
      if (b.length < second && a.length === first) expect(b.length).toBeGreaterThanOrEqual(a.length - 1);
    };
    fc.assert(fc.property(length, length, fc.integer({ min: 3, max: 24 }), check));
  });
});
