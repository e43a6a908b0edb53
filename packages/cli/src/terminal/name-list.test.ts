import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameList } from './name-list.js';

test.each([
  [['a.query.weight', 'a.query.bias', 'a.key.weight', 'a.key.bias'], 'a.{query,key}.{weight,bias}'],
  [
    ['e.word.weight', 'e.position.weight', 'e.LayerNorm.weight', 'e.LayerNorm.bias'],
    'e.{word,position}.weight, e.LayerNorm.{weight,bias}',
  ],
  [['h.0.ln_2.weight', 'h.0.mlp.c_fc.weight'], 'h.0.ln_2.weight, h.0.mlp.c_fc.weight'],
  [['weight'], 'weight'],
  [['weight', 'bias'], '{weight,bias}'],
  [[], ''],
])('%j', (names, expected) => expect(nameList(names)).toBe(expected));

describe('expanded as a shell does', () => {
  const expanded = (list: string): string[] =>
    list.split(', ').flatMap((pattern) =>
      pattern
        .split('.')
        .map((part) => part.replaceAll(/[{}]/g, '').split(','))
        .reduce<string[]>((heads, tails) => heads.flatMap((head) => tails.map((tail) => `${head}.${tail}`)), [''])
        .map((name) => name.slice(1)),
    );

  test('it is the same names again, each once', () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (names) => {
        expect(expanded(nameList(names)).toSorted()).toEqual(names.toSorted());
      }),
    );
  });
});
