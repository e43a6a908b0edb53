import { describe, expect, test } from 'vitest';
import type { Agreement } from '../lexicon/features.js';
import { BE, WILL } from '../lexicon/verbs.js';
import { verb } from '../lexicon/inflection.js';
import { finiteVerb, verbGroup, type VerbGroupRequest } from './verb-group.js';

const eat = verb('eat ate eaten', 'transitive');
const plain: VerbGroupRequest = { tense: 'present', passive: false, needsAuxiliary: false };

function agreement(person: 1 | 2 | 3, number: 'singular' | 'plural'): Agreement {
  return { person, number, gender: 'common' };
}

test.each<[string, Partial<VerbGroupRequest>]>([
  ['eats', {}],
  ['ate', { tense: 'past' }],
  ['eat', { agreement: agreement(3, 'plural') }],
  ['eat', { agreement: agreement(1, 'singular') }],
  ['does eat', { needsAuxiliary: true }],
  ['did eat', { needsAuxiliary: true, tense: 'past' }],
  ['is eating', { progressive: true, needsAuxiliary: true }],
  ['am eating', { progressive: true, agreement: agreement(1, 'singular') }],
  ['were eaten', { tense: 'past', passive: true, agreement: agreement(2, 'singular') }],
  ['had been eaten', { tense: 'past', perfect: true, passive: true }],
  ['will have been eaten', { modal: WILL, perfect: true, passive: true }],
])('%s', (expected, request) => {
  const words = verbGroup(eat, { ...plain, ...request });
  expect(words.map(({ text }) => text).join(' ')).toBe(expected);
});

describe('be', () => {
  test.each([
    [1, 'singular', 'am', 'was'],
    [2, 'singular', 'are', 'were'],
    [3, 'singular', 'is', 'was'],
    [1, 'plural', 'are', 'were'],
    [3, 'plural', 'are', 'were'],
  ] as const)('person %i %s', (person, number, present, past) => {
    expect(finiteVerb(BE, 'present', agreement(person, number)).text).toBe(present);
    expect(finiteVerb(BE, 'past', agreement(person, number)).text).toBe(past);
  });

  test('takes no "do"', () => {
    expect(verbGroup(BE, { ...plain, needsAuxiliary: true }).map(({ text }) => text)).toEqual(['is']);
  });
});
