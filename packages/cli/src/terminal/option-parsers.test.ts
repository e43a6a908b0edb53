import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { integerIn, numberIn, seed } from './option-parsers.js';

const refuses = (parse: (text: string) => number, text: string): void =>
  expect(() => parse(text), text).toThrow(InvalidArgumentError);

describe('a number', () => {
  test.each([
    ['closed', ['0', '1', '0.5', '1e-3', ' 0.25 '], ['-0.1', '1.1', 'NaN', 'Infinity', '', ' ', 'half', '0,5']],
    ['openAbove', ['0', '0.999'], ['1', '-1e-9', '0.999999999']],
    ['openBelow', ['1', '1e-9'], ['0', '-0', '1.000001']],
  ] as const)('in [0, 1], %s', (kind, inside, outside) => {
    const parse = numberIn(0, 1, kind);
    for (const text of inside) expect(parse(text)).toBe(Number(text));
    for (const text of outside) refuses(parse, text);
  });

  test('outside is refused with the range and what was received', () => {
    expect(() => numberIn(0, 1, 'openBelow')('0')).toThrow("Expected a number in (0, 1], received '0'.");
    expect(() => numberIn(0, 1, 'openAbove')('x')).toThrow("Expected a number in [0, 1), received 'x'.");
  });
});

test('an integer', () => {
  const parse = integerIn(1, 10);
  expect(['1', '10', '07', ' 3 '].map(parse)).toEqual([1, 10, 7, 3]);
  for (const text of ['0', '11', '1.0', '1e0', '0x1', '', '-1', 'one']) refuses(parse, text);
  expect(() => parse('11')).toThrow("Expected an integer in [1, 10], received '11'.");
});

test('a seed has 32 bits', () => {
  expect([seed('0'), seed('4294967295')]).toEqual([0, 2 ** 32 - 1]);
  for (const text of ['-1', '4294967296', '1.5']) refuses(seed, text);
});
