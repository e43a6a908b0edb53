import type { Agreement, NounKind, Verb } from '../lexicon/features.js';
import { ADVERBS, type POSSESSIVES } from '../lexicon/function-words.js';
import { BE } from '../lexicon/verbs.js';
import type { ClauseRequest } from './clause-plan.js';
import type { Discourse } from './discourse.js';
import { embeddedClause } from './embedded-clause.js';
import { adjective, nounPhrase, nounWord, placePhrase, simpleNounPhrase } from './noun-phrase.js';
import { reflexive } from './reflexive.js';
import { phrase, plain, type Node } from './tree.js';
import { chooseInfinitive, type VerbChoice } from './verb-choice.js';

/** The request of the clause, and its subject's features. */
export interface PredicateRequest extends ClauseRequest {
  readonly kind: NounKind;
  readonly agreement?: Agreement;
  readonly time?: string;
}

/** What follows the verb: its arguments, then instrument, place, manner and time. */
export function complements(discourse: Discourse, { verb, passive }: VerbChoice, request: PredicateRequest): Node[] {
  if (verb === BE) return [...copulaComplement(discourse, request), ...timeAdverb(request)];
  if (passive) return [...agent(discourse, verb, request), ...adjuncts(discourse, verb, request)];
  switch (verb.frame) {
    case 'that-clause':
    case 'whether-clause':
      return [embeddedClause(discourse, verb, request)];
    case 'infinitive':
      return infinitive(discourse, request);
    case 'ditransitive':
      return [...twoObjects(discourse, verb, request), ...timeAdverb(request)];
    case 'prepositional':
      return [
        plain(verb.preposition!, 'selected-preposition'),
        objectOf(discourse, verb, request),
        ...adjuncts(discourse, verb, request),
      ];
    case 'transitive': {
      const without = verb.objectOptional && request.missingObject === undefined && discourse.chance(0.2);
      return [...(without ? [] : [objectOf(discourse, verb, request)]), ...adjuncts(discourse, verb, request)];
    }
    default:
      return adjuncts(discourse, verb, request);
  }
}

/** The object of a verb or of its preposition: a gap where the request says it is missing, a reflexive now and then. */
function objectOf(discourse: Discourse, verb: Verb, request: PredicateRequest): Node {
  if (request.missingObject !== undefined) return phrase('gap', [], { kinds: verb.object });
  if (verb.reflexive && request.agreement !== undefined && request.kind !== 'thing' && discourse.chance(0.4)) {
    return phrase('object', [reflexive(discourse, request.agreement)]);
  }
  return phrase('object', [argument(discourse, verb.object, request)]);
}

function argument(discourse: Discourse, kinds: readonly NounKind[], request: PredicateRequest): Node {
  const { depth, agreement } = request;
  return nounPhrase(discourse, { kinds, position: 'object', depth, ...(agreement && { subject: agreement }) }).node;
}

/** *gave the child a pie* or *gave a pie to the child*. */
function twoObjects(discourse: Discourse, verb: Verb, request: PredicateRequest): Node[] {
  const recipient = argument(discourse, ['person'], request);
  const kind = discourse.random.choose(verb.object);
  const theme = simpleNounPhrase(discourse, kind).node;
  return discourse.chance(0.5) ? [recipient, theme] : [theme, plain('to', 'preposition'), recipient];
}

/** The *by*-phrase of a passive, which may be left out. */
function agent(discourse: Discourse, verb: Verb, request: PredicateRequest): Node[] {
  if (!discourse.chance(0.6)) return [];
  return [
    plain('by', 'agent-preposition'),
    argument(discourse, verb.subject, { ...request, depth: request.depth + 1 }),
  ];
}

function infinitive(discourse: Discourse, request: PredicateRequest): Node[] {
  const verb = chooseInfinitive(discourse, request.kind);
  const rest = complements(discourse, { verb, passive: false }, { ...request, depth: request.depth + 1 });
  return [plain('to'), { type: 'verb', verb, form: 'base', text: verb.forms.base, governor: 'to' }, ...rest];
}

/** An adjective, a place, or (of people) what they are. */
function copulaComplement(discourse: Discourse, { kind, agreement }: PredicateRequest): Node[] {
  if (kind === 'person' && agreement !== undefined && discourse.chance(0.3)) {
    const { number } = agreement;
    const profession = nounWord(discourse.mentionOfScene(discourse.scene.people), number);
    return number === 'plural'
      ? [profession]
      : [phrase('group', [{ type: 'determiner', text: 'a', number }, profession])];
  }
  if (discourse.chance(0.3)) return [placePhrase(discourse)];
  return [adjective(discourse, kind !== 'thing')];
}

function adjuncts(discourse: Discourse, verb: Verb, request: PredicateRequest): Node[] {
  const { depth, asksFor, kind } = request;
  const scale = depth === 0 ? 1 : 0.5;
  const found: Node[] = [];
  if (verb.instrument && discourse.chance(0.35 * scale)) {
    found.push(instrument(discourse, request.agreement));
  }
  if (!verb.stative && asksFor !== 'place' && discourse.chance(0.3 * scale)) found.push(placePhrase(discourse));
  if (!verb.stative && kind !== 'thing' && discourse.chance(0.1 * scale)) {
    found.push(plain(discourse.random.choose(ADVERBS.manner), 'adverb'));
  }
  return [...found, ...timeAdverb(request)];
}

/** *with a pen*, or *with my pen* where a subject is known whose pen it is. */
function instrument(discourse: Discourse, subject?: Agreement): Node {
  const tool = simpleNounPhrase(discourse, 'tool').node;
  const owner = subject && possessive(subject);
  if (owner === undefined || !discourse.chance(0.6)) return phrase('group', [plain('with', 'preposition'), tool]);
  return phrase('group', [plain('with', 'preposition'), plain(owner), ...tool.children.slice(1)]);
}

function possessive({ person, number }: Agreement): (typeof POSSESSIVES)[number] | undefined {
  if (person === 2) return 'your';
  if (person === 1) return number === 'singular' ? 'my' : 'our';
  return number === 'plural' ? 'their' : undefined;
}

function timeAdverb({ time }: PredicateRequest): Node[] {
  return time === undefined ? [] : [plain(time, 'adverb')];
}
