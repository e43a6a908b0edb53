import type { Noun, Verb } from './features.js';
import {
  ADJECTIVES,
  ADVERBS,
  DETERMINERS,
  NEGATIVE_DETERMINER,
  PARTICLES,
  PLACE_PREPOSITIONS,
  POSSESSIVES,
  PRONOUNS,
  REFLEXIVES,
  SUBORDINATORS,
} from './function-words.js';
import { ANIMALS, NAMES, PEOPLE } from './nouns.js';
import { SCENES } from './scenes.js';
import { MODALS, VERBS } from './verbs.js';

/** Every common noun of the fragment. */
export const ALL_NOUNS: readonly Noun[] = [
  ...SCENES.flatMap(({ people, things, tools, places }) => [...people, ...things, ...tools, ...places]),
  ...PEOPLE,
  ...ANIMALS,
];

/** Every verb of the fragment but the auxiliaries. */
export const LEXICAL_VERBS: readonly Verb[] = [...SCENES.flatMap((scene) => scene.verbs), ...VERBS];

/** Every word form a sentence of the fragment can hold, punctuation aside, without repetition, in a fixed order. */
export function wordForms(): string[] {
  const auxiliaries = ['be', 'am', 'is', 'are', 'was', 'were', 'been', 'have', 'has', 'had', 'do', 'does', 'did'];
  return [
    ...new Set([
      ...[...DETERMINERS, NEGATIVE_DETERMINER].map((determiner) => determiner.text),
      'an',
      ...POSSESSIVES,
      ...PRONOUNS.flatMap(({ subject, object }) => [subject, object]),
      ...REFLEXIVES,
      ...auxiliaries,
      ...MODALS.map((modal) => modal.forms.base),
      ...PARTICLES,
      ...PLACE_PREPOSITIONS,
      ...VERBS.flatMap(({ preposition }) => (preposition === undefined ? [] : [preposition])),
      ...SUBORDINATORS,
      ...Object.values(ADVERBS).flat(),
      ...Object.values(ADJECTIVES).flat(),
      ...NAMES.map((name) => name.text),
      ...ALL_NOUNS.flatMap(({ singular, plural }) => [singular, plural]),
      ...LEXICAL_VERBS.flatMap(({ forms, stative }) =>
        [forms.base, forms.third, forms.past, forms.participle, stative ? [] : forms.ing].flat(),
      ),
    ]),
  ];
}
