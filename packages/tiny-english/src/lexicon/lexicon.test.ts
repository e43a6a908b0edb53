import { expect, test } from 'vitest';
import {
  ADJECTIVES,
  ADVERBS,
  DETERMINERS,
  PARTICLES,
  PLACE_PREPOSITIONS,
  PRONOUNS,
  REFLEXIVES,
} from './function-words.js';
import { NAMES } from './nouns.js';
import { SCENES } from './scenes.js';
import { verb } from './inflection.js';
import { ALL_NOUNS, LEXICAL_VERBS, wordForms } from './word-forms.js';

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  nouns: ALL_NOUNS.flatMap(({ singular, plural }) => [singular, plural]),
  names: NAMES.map(({ text }) => text),
  verbs: LEXICAL_VERBS.flatMap(({ forms }) => [...new Set(Object.values(forms))]),
  adjectives: [...new Set([...ADJECTIVES.animate, ...ADJECTIVES.inanimate])],
  adverbs: Object.values(ADVERBS).flat(),
  determiners: DETERMINERS.map(({ text }) => text),
  pronouns: [...new Set(PRONOUNS.flatMap(({ subject, object }) => [subject, object]))],
  reflexives: REFLEXIVES,
  particles: PARTICLES,
  prepositions: PLACE_PREPOSITIONS,
};

test('no word form belongs to two classes or twice to one, so no edit lands on another reading', () => {
  const all = Object.values(CLASSES).flat();
  expect(all.filter((word, i) => all.indexOf(word) !== i)).toEqual([]);
});

test('the present plural is never spelled like the past, so a changed agreement is an error', () => {
  expect(LEXICAL_VERBS.filter(({ forms }) => forms.plain === forms.past).map(({ forms }) => forms.base)).toEqual([]);
});

test('word forms are distinct lower-case words, few enough for a tiny vocabulary', () => {
  const forms = wordForms();
  expect(new Set(forms).size).toBe(forms.length);
  expect(forms.filter((form) => !/^[a-z]+$/.test(form))).toEqual([]);
  expect(forms.length).toBeGreaterThan(350);
  expect(forms.length).toBeLessThan(450);
});

test('every scene has what its circles need', () => {
  for (const { people, things, tools, places, verbs } of SCENES) {
    expect([people, tools, places, verbs].map((list) => list.length)).toEqual([2, 2, 2, 2]);
    expect(things).toHaveLength(3);
  }
});

test.each([
  ['bury', ['bury', 'buries', 'buried', 'buried', 'burying']],
  ['rescue', ['rescue', 'rescues', 'rescued', 'rescued', 'rescuing']],
  ['chase', ['chase', 'chases', 'chased', 'chased', 'chasing']],
  ['wash', ['wash', 'washes', 'washed', 'washed', 'washing']],
  ['give gave given', ['give', 'gives', 'gave', 'given', 'giving']],
  ['sleep slept', ['sleep', 'sleeps', 'slept', 'slept', 'sleeping']],
])('%s is inflected', (parts, [base, third, past, participle, ing]) => {
  expect(verb(parts, 'transitive').forms).toEqual({ base, plain: base, third, past, participle, ing });
});
