import { determinerNounAgreement, reflexiveAgreement, subjectVerbAgreement } from './agreement-faults.js';
import { extraObject, filledGap, missingObject, missingPreposition, passive } from './argument-faults.js';
import {
  complementizer,
  negationSupport,
  polarity,
  pronounCase,
  questionInversion,
  questionSupport,
} from './clause-faults.js';
import type { Fault } from './fault.js';
import { doubledAuxiliary, verbForm } from './verb-form-faults.js';

/** What the ungrammatical member of a minimal pair gets wrong. */
export type Phenomenon =
  | 'subject-verb-agreement'
  | 'determiner-noun-agreement'
  | 'reflexive-agreement'
  | 'missing-object'
  | 'extra-object'
  | 'missing-preposition'
  | 'filled-gap'
  | 'passive'
  | 'verb-form'
  | 'doubled-auxiliary'
  | 'question-inversion'
  | 'question-support'
  | 'negation-support'
  | 'polarity'
  | 'pronoun-case'
  | 'complementizer';

/** How each phenomenon's sentences are broken. */
export const FAULTS: Readonly<Record<Phenomenon, Fault>> = {
  'subject-verb-agreement': subjectVerbAgreement,
  'determiner-noun-agreement': determinerNounAgreement,
  'reflexive-agreement': reflexiveAgreement,
  'missing-object': missingObject,
  'extra-object': extraObject,
  'missing-preposition': missingPreposition,
  'filled-gap': filledGap,
  passive,
  'verb-form': verbForm,
  'doubled-auxiliary': doubledAuxiliary,
  'question-inversion': questionInversion,
  'question-support': questionSupport,
  'negation-support': negationSupport,
  polarity,
  'pronoun-case': pronounCase,
  complementizer,
};

/** All phenomena, in the order in which pairs cycle through them. */
export const PHENOMENA = Object.keys(FAULTS) as Phenomenon[];
