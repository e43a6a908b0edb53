import type { Verb } from '../lexicon/features.js';
import { declarative } from './clause.js';
import { planClause, type ClauseRequest } from './clause-plan.js';
import type { Discourse } from './discourse.js';
import { phrase, plain, type Phrase } from './tree.js';

/** The clause a verb like *think* or *wonder* takes; a missing object is missing in there (*what does mary think that …*). */
export function embeddedClause(discourse: Discourse, verb: Verb, { depth, missingObject }: ClauseRequest): Phrase {
  const complementizer = verb.frame === 'whether-clause' ? 'whether' : 'that';
  const clause = declarative(planClause(discourse, { depth: depth + 1, ...(missingObject && { missingObject }) }));
  return phrase('group', [plain(complementizer, 'complementizer'), clause]);
}
