import type { Agreement, Noun, NounKind } from '../lexicon/features.js';
import { chooseTiming, type Timing } from './aspect-choice.js';
import type { Discourse } from './discourse.js';
import { nounPhrase, type NounPhrase } from './noun-phrase.js';
import { complements } from './predicate.js';
import type { Node } from './tree.js';
import type { Aspect } from './verb-group.js';
import { chooseVerb, type VerbChoice } from './verb-choice.js';

/** A clause before its words are put in order. */
export interface ClausePlan extends VerbChoice {
  /** Absent when the clause is about *who* or *what*, or follows a relative pronoun. */
  readonly subject?: NounPhrase;
  /** What the finite verb agrees with; absent for *who* and *what*. */
  readonly agreement?: Agreement;
  readonly complements: readonly Node[];
  readonly timing: Timing;
  readonly negated: boolean;
  readonly ever: boolean;
}

export interface ClauseRequest {
  /** 0 for the main clause; what may be nested in a clause shrinks with its depth. */
  readonly depth: number;
  /** The subject is missing: of this kind, agreeing like this if known. */
  readonly missingSubject?: { readonly kind: NounKind; readonly agreement?: Agreement };
  /** The object is missing: any, or this noun's (in a relative clause). */
  readonly missingObject?: 'any' | { readonly noun: Noun };
  /** Leaves out what *where* or *when* asks for. */
  readonly asksFor?: 'place' | 'time';
  /** Both clauses around a conjunction have one tense. */
  readonly tense?: Aspect['tense'];
  /** Whether the clause is a question, which licenses *ever*. */
  readonly question?: boolean;
}

/** Draws verb, subject, complements, tense and polarity of a clause. */
export function planClause(discourse: Discourse, request: ClauseRequest): ClausePlan {
  const choice = chooseVerb(discourse, request);
  const { verb, passive } = choice;
  const { depth, missingSubject } = request;
  const subject =
    missingSubject === undefined
      ? nounPhrase(discourse, {
          kinds: passive ? verb.object : verb.subject,
          position: 'subject',
          depth,
          mayBeNegative: depth === 0,
        })
      : undefined;
  const agreement = subject?.agreement ?? missingSubject?.agreement;
  const { time, ...untimed } = chooseTiming(discourse, choice, request.tense);
  const timing: Timing = time === undefined || request.asksFor === 'time' ? untimed : { ...untimed, time };
  const negative = subject?.negative === true || timing.frequency === 'never';
  const negated = !negative && discourse.chance(depth === 0 ? 0.2 : 0.1);
  return {
    ...choice,
    ...(subject && { subject }),
    ...(agreement && { agreement }),
    complements: complements(discourse, choice, {
      ...request,
      kind: subject?.kind ?? missingSubject!.kind,
      ...(agreement && { agreement }),
      ...(timing.time !== undefined && { time: timing.time }),
    }),
    timing,
    negated,
    // Only in main clauses: a negated verb of thinking would license an embedded "ever" as well.
    ever:
      depth === 0 &&
      timing.frequency === undefined &&
      timing.time === undefined &&
      (negated || subject?.negative === true || request.question === true) &&
      discourse.chance(0.3),
  };
}
