import type { Agreement, GrammaticalNumber } from './features.js';

/** A determiner; `number` is absent when it goes with both. */
export interface Determiner {
  readonly text: string;
  readonly number?: GrammaticalNumber;
  readonly weight: number;
}

/** *a* stands for *an* too: the spelling follows from the next word. */
export const DETERMINERS: readonly Determiner[] = [
  { text: 'the', weight: 16 },
  { text: 'a', number: 'singular', weight: 5 },
  { text: 'this', number: 'singular', weight: 1.2 },
  { text: 'every', number: 'singular', weight: 1 },
  { text: 'these', number: 'plural', weight: 1.2 },
  { text: 'those', number: 'plural', weight: 1 },
  { text: 'two', number: 'plural', weight: 1 },
  { text: 'many', number: 'plural', weight: 1 },
  { text: 'several', number: 'plural', weight: 1 },
];

/** Possessives, which only tools take: *we wrote the letter with our pen*. */
export const POSSESSIVES = ['my', 'your', 'our', 'their'] as const;

/** The determiner that licenses *ever*. */
export const NEGATIVE_DETERMINER: Determiner = { text: 'no', weight: 1 };

/** A personal pronoun; `object` equals `subject` where English has one form. */
export interface Pronoun {
  readonly subject: string;
  readonly object: string;
  readonly agreement: Agreement;
}

export const PRONOUNS: readonly Pronoun[] = [
  { subject: 'i', object: 'me', agreement: { person: 1, number: 'singular', gender: 'common' } },
  { subject: 'you', object: 'you', agreement: { person: 2, number: 'singular', gender: 'common' } },
  { subject: 'he', object: 'him', agreement: { person: 3, number: 'singular', gender: 'masculine' } },
  { subject: 'she', object: 'her', agreement: { person: 3, number: 'singular', gender: 'feminine' } },
  { subject: 'it', object: 'it', agreement: { person: 3, number: 'singular', gender: 'neuter' } },
  { subject: 'we', object: 'us', agreement: { person: 1, number: 'plural', gender: 'common' } },
  { subject: 'they', object: 'them', agreement: { person: 3, number: 'plural', gender: 'common' } },
];

export const REFLEXIVES = ['myself', 'yourself', 'himself', 'herself', 'itself', 'ourselves', 'themselves'] as const;

/** A reflexive pronoun. */
export type Reflexive = (typeof REFLEXIVES)[number];

export const ADJECTIVES = {
  animate: ['happy', 'tired', 'clever', 'brave', 'hungry', 'young', 'old'],
  inanimate: ['new', 'heavy', 'small', 'beautiful', 'expensive', 'strange', 'old'],
} as const;

export const ADVERBS = {
  manner: ['quickly', 'slowly', 'quietly', 'carefully'],
  frequency: ['often', 'always', 'never'],
  time: ['yesterday', 'now', 'tomorrow'],
} as const;

/** Prepositions of place: *in* goes with places only. */
export const PLACE_PREPOSITIONS = ['in', 'near', 'behind'] as const;

/** Conjunctions in front of an adverbial clause. */
export const SUBORDINATORS = ['because', 'while', 'after', 'before'] as const;

/** Words of single constructions. */
export const PARTICLES = [
  'not',
  'ever',
  'and',
  'there',
  'to',
  'that',
  'whether',
  'who',
  'what',
  'which',
  'where',
  'when',
  'why',
  'with',
  'from',
  'by',
] as const;

export const PUNCTUATION = ['.', '?'] as const;
