import { ADVERBS } from '../lexicon/function-words.js';
import { MODALS, WILL } from '../lexicon/verbs.js';
import type { Discourse } from './discourse.js';
import type { VerbChoice } from './verb-choice.js';
import type { Aspect } from './verb-group.js';

/** Tense and aspect together with the adverbs that go with them: *yesterday* wants the past, *tomorrow* wants *will*. */
export interface Timing extends Aspect {
  readonly frequency?: string;
  readonly time?: string;
}

const [YESTERDAY, NOW, TOMORROW] = ADVERBS.time;

const TIMINGS: readonly (readonly [weight: number, timing: Timing])[] = [
  [18, { tense: 'present' }],
  [22, { tense: 'past' }],
  [12, { tense: 'past', time: YESTERDAY }],
  [4, { tense: 'past', perfect: true }],
  [9, { tense: 'present', perfect: true }],
  [5, { tense: 'present', progressive: true }],
  [5, { tense: 'present', progressive: true, time: NOW }],
  [4, { tense: 'past', progressive: true }],
  [5, { tense: 'present', modal: WILL }],
  [5, { tense: 'present', modal: WILL, time: TOMORROW }],
  ...ADVERBS.frequency.map((frequency) => [3, { tense: 'present', frequency }] as const),
  ...MODALS.filter((modal) => modal !== WILL).map((modal) => [2, { tense: 'present', modal }] as const),
];

const TIMINGS_OF_STATES = TIMINGS.filter(([, { progressive }]) => progressive !== true);

/** Draws a timing the verb allows (no progressive of states nor, to keep sentences short, of passives), of a tense if given. */
export function chooseTiming(discourse: Discourse, { verb, passive }: VerbChoice, tense?: Aspect['tense']): Timing {
  const allowed = verb.stative || passive ? TIMINGS_OF_STATES : TIMINGS;
  return discourse.weighted(tense === undefined ? allowed : allowed.filter(([, timing]) => timing.tense === tense));
}
