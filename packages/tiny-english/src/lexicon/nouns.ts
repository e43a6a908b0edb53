import type { Name, Noun } from './features.js';
import { noun } from './inflection.js';

/** People of every scene. */
export const PEOPLE: readonly Noun[] = [
  noun('boy', 'person', 'masculine'),
  noun('man', 'person', 'masculine', 'men'),
  noun('king', 'person', 'masculine'),
  noun('girl', 'person', 'feminine'),
  noun('woman', 'person', 'feminine', 'women'),
  noun('queen', 'person', 'feminine'),
  noun('child', 'person', 'common', 'children'),
];

/** Animals of every scene. */
export const ANIMALS: readonly Noun[] = [noun('dog', 'animal'), noun('cat', 'animal'), noun('bird', 'animal')];

/** First names, lower case as all of the corpus. */
export const NAMES: readonly Name[] = [
  ...['john', 'peter', 'david', 'paul'].map((text): Name => ({ text, gender: 'masculine' })),
  ...['mary', 'anna', 'susan', 'laura'].map((text): Name => ({ text, gender: 'feminine' })),
];
