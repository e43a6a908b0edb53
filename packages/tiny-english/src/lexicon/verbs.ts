import type { NounKind, Verb } from './features.js';
import { verb } from './inflection.js';

// No verb here or in a scene has a base that is also its past (put, read, hit): "the boy read the poem" would be a
// grammatical sentence where a minimal pair means an agreement error. No base is a noun of the lexicon either.

const ANIMATE: readonly NounKind[] = ['person', 'animal'];
const ANYTHING: readonly NounKind[] = ['person', 'animal', 'thing'];

/** Verbs of every scene. */
export const VERBS: readonly Verb[] = [
  ...['sleep slept', 'disappear', 'fall fell fallen', 'arrive'].map((parts) =>
    verb(parts, 'intransitive', { subject: parts.startsWith('sleep') ? ANIMATE : ANYTHING }),
  ),
  ...['laugh', 'smile'].map((parts) => verb(parts, 'intransitive')),

  ...['admire', 'praise'].map((parts) =>
    verb(parts, 'transitive', { object: ANYTHING, reflexive: true, stative: true }),
  ),
  ...['blame', 'accuse'].map((parts) => verb(parts, 'transitive', { object: ['person'], reflexive: true })),
  verb('notice', 'transitive', {
    subject: ANIMATE,
    object: ANYTHING,
    objectOptional: true,
    stative: true,
    reflexive: true,
  }),
  verb('chase', 'transitive', { subject: ANIMATE, object: ANIMATE }),

  ...['give gave given', 'show showed shown', 'send sent', 'offer'].map((parts) =>
    verb(parts, 'ditransitive', { object: ['thing', 'tool'] }),
  ),

  verb('listen', 'prepositional', { preposition: 'to', subject: ANIMATE, object: ['person'] }),
  verb('wait', 'prepositional', { preposition: 'for', subject: ANIMATE, object: ['person'] }),
  verb('look', 'prepositional', { preposition: 'at', subject: ANIMATE, object: ANYTHING, reflexive: true }),
  verb('belong', 'prepositional', { preposition: 'to', subject: ['thing'], object: ['person'], stative: true }),

  ...['think thought', 'believe', 'hope', 'claim'].map((parts) => verb(parts, 'that-clause', { stative: true })),
  verb('wonder', 'whether-clause', { stative: true }),

  ...['want', 'try'].map((parts) => verb(parts, 'infinitive', { subject: ANIMATE, stative: true })),
  verb('seem', 'infinitive', { subject: ANYTHING, stative: true }),
];

/** The copula and the auxiliary of the progressive and the passive; *am* and *were* are added where it is made finite. */
export const BE: Verb = {
  ...verb('be was been', 'copula', { subject: ANYTHING, stative: true }),
  forms: { base: 'be', plain: 'are', third: 'is', past: 'was', participle: 'been', ing: 'being' },
};

/** The auxiliary of the perfect. */
export const HAVE: Verb = {
  ...verb('have had', 'auxiliary'),
  forms: { base: 'have', plain: 'have', third: 'has', past: 'had', participle: 'had', ing: 'having' },
};

/** The auxiliary of questions and negation. */
export const DO: Verb = verb('do did done', 'auxiliary');

/** Verbs without inflection. */
export const MODALS: readonly Verb[] = ['can', 'must', 'should', 'will'].map((text) => ({
  ...verb(text, 'auxiliary'),
  forms: { base: text, plain: text, third: text, past: text, participle: text, ing: text },
}));

/** *will*, the one modal that goes with *tomorrow*. */
export const WILL: Verb = MODALS[3]!;
