import type { Noun } from '../lexicon/features.js';
import { declarative } from './clause.js';
import { planClause } from './clause-plan.js';
import type { Discourse } from './discourse.js';
import type { NounPhrase } from './noun-phrase.js';
import { phrase, plain, type Phrase } from './tree.js';

/** A relative clause about a noun, its subject (*that chased the cat*) or its object (*that the cat chased*) missing. */
export function relativeClause(discourse: Discourse, head: NounPhrase, noun: Noun): Phrase {
  const { kind, agreement } = head;
  const pronoun = kind === 'person' && discourse.chance(0.5) ? 'who' : 'that';
  const plan = discourse.chance(0.55)
    ? planClause(discourse, { depth: 1, missingSubject: { kind, agreement } })
    : planClause(discourse, { depth: 1, missingObject: { noun } });
  return phrase('group', [plain(pronoun), declarative(plan)]);
}
