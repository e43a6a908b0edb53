import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spanOf, truncateLongestFirst, type Span } from './truncate.js';

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

/** Where {@link untruncated} has its texts. */
function spans(first: number, second: number | null): [Span, Span | undefined] {
  const start = { start: 1, length: first };
  return [start, second === null ? undefined : { start: first + 2, length: second }];
}

describe('cutting the longer text first', () => {
  test('is what the tokenizers library does, for texts and pairs of all small lengths', () => {
    expect(golden.cases.length).toBeGreaterThan(300);
    const name = (id: number): string => ({ 1: '[CLS]', 2: '[SEP]' })[id] ?? `${id < 20 ? 'a' : 'b'}${id % 10}`;
    for (const [first, second, maxLength, tokens, segments] of golden.cases) {
      const cut = truncateLongestFirst(untruncated(first, second), ...spans(first, second), maxLength);
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
    expect(truncateLongestFirst(untruncated(5, second), ...spans(5, second), maxLength).inputIds).toEqual(expected);
  });

  test('fills the room, keeps beginnings and never cuts the shorter text before the longer', () => {
    const length = fc.integer({ min: 1, max: 9 });
    const check = (first: number, second: number, maxLength: number): void => {
      const full = untruncated(first, second);
      const { inputIds, tokenTypeIds } = truncateLongestFirst(full, ...spans(first, second), maxLength);
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

  test.each([
    ['none', [10, 11, 12, 13], { start: 0, length: 4 }, [10, 11, 12]],
    ['one behind', [10, 11, 12, 13, 2], { start: 0, length: 4 }, [10, 11, 2]],
    ['one in front', [1, 10, 11, 12, 13], { start: 1, length: 4 }, [1, 10, 11]],
    ['two in front', [1, 3, 10, 11, 12], { start: 2, length: 3 }, [1, 3, 10]],
  ])('special tokens: %s', (_, inputIds, text, expected) => {
    const full = { inputIds, tokenTypeIds: inputIds.map(() => 0) };
    expect(truncateLongestFirst(full, text, undefined, 3).inputIds).toEqual(expected);
  });

  test('a pair with two special tokens between, as RoBERTa has them', () => {
    const inputIds = [1, 10, 11, 2, 2, 20, 21, 22, 2];
    const full = { inputIds, tokenTypeIds: inputIds.map(() => 0) };
    const cut = truncateLongestFirst(full, { start: 1, length: 2 }, { start: 5, length: 3 }, 7);
    expect(cut.inputIds).toEqual([1, 10, 2, 2, 20, 21, 2]);
  });
});

test("a text's place among special tokens", () => {
  expect(spanOf([7, 8], [1, 7, 8, 2], 0)).toEqual({ start: 1, length: 2 });
  expect(spanOf([7, 8], [1, 7, 8, 2, 7, 8, 2], 3)).toEqual({ start: 4, length: 2 });
  expect(spanOf([], [1, 2], 0)).toEqual({ start: 0, length: 0 });
  expect(spanOf([9], [1, 7, 8, 2], 0)).toBeUndefined();
  expect(spanOf([7, 8], [1, 7, 8], 2)).toBeUndefined();
});
