import type { Frame, NounKind, Verb } from '../lexicon/features.js';
import { BE, VERBS } from '../lexicon/verbs.js';
import type { ClauseRequest } from './clause-plan.js';
import type { Discourse } from './discourse.js';

/** A verb and its voice. */
export interface VerbChoice {
  readonly verb: Verb;
  readonly passive: boolean;
}

type Pattern = Exclude<Frame, 'auxiliary'> | 'passive';

const WEIGHTS: readonly (readonly [weight: number, pattern: Pattern])[] = [
  [34, 'transitive'],
  [12, 'passive'],
  [9, 'intransitive'],
  [9, 'copula'],
  [9, 'prepositional'],
  [8, 'ditransitive'],
  [8, 'that-clause'],
  [8, 'infinitive'],
  [3, 'whether-clause'],
];

/** Patterns that nest a verb phrase, kept to main clauses. */
const NESTING: readonly Pattern[] = ['that-clause', 'whether-clause', 'infinitive'];

/** Draws a pattern of complements, then a verb of it, among those the request's missing subject or object fits. */
export function chooseVerb(discourse: Discourse, request: ClauseRequest): VerbChoice {
  const candidates = WEIGHTS.filter(([, pattern]) => patternFits(pattern, request));
  // A pattern may hold no verb for this subject or object; patterns are few, so try another.
  for (;;) {
    const pattern = discourse.weighted(candidates);
    const verbs = verbsOf(discourse, pattern).filter((verb) => verbFits(verb, pattern, request));
    if (verbs.length > 0) return { verb: discourse.random.choose(verbs), passive: pattern === 'passive' };
  }
}

/** A verb for *want to*: one that a subject of this kind can do. */
export function chooseInfinitive(discourse: Discourse, kind: NounKind): Verb {
  const pattern = discourse.weighted<Pattern>([
    [3, 'transitive'],
    [1, 'intransitive'],
    [1, 'prepositional'],
  ]);
  const fitting = (verbs: readonly Verb[]): Verb[] =>
    verbs.filter(({ subject, stative }) => subject.includes(kind) && !stative);
  const verbs = fitting(verbsOf(discourse, pattern));
  return discourse.random.choose(verbs.length > 0 ? verbs : fitting(VERBS_BY_FRAME.get('intransitive')!));
}

function patternFits(pattern: Pattern, { depth, missingObject }: ClauseRequest): boolean {
  if (depth > 0 && NESTING.includes(pattern)) return false;
  if (missingObject === 'any' && pattern === 'that-clause') return true;
  if (missingObject !== undefined) return pattern === 'transitive' || pattern === 'prepositional';
  return true;
}

function verbsOf(discourse: Discourse, pattern: Pattern): readonly Verb[] {
  if (pattern === 'copula') return [BE];
  const frame = pattern === 'passive' ? 'transitive' : pattern;
  if (frame === 'transitive' && discourse.chance(0.7)) return [discourse.favour(discourse.scene.verbs)];
  return VERBS_BY_FRAME.get(frame)!;
}

const VERBS_BY_FRAME = new Map(
  VERBS.map(({ frame }) => [frame, VERBS.filter((verb) => verb.frame === frame)] as const),
);

function verbFits(verb: Verb, pattern: Pattern, { missingObject, missingSubject }: ClauseRequest): boolean {
  const subjectKinds = pattern === 'passive' ? verb.object : verb.subject;
  if (missingSubject !== undefined && !subjectKinds.includes(missingSubject.kind)) return false;
  return typeof missingObject !== 'object' || verb.object.includes(missingObject.noun.kind);
}
