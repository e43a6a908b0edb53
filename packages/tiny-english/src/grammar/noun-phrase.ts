import type { Agreement, GrammaticalNumber, Noun, NounKind } from '../lexicon/features.js';
import {
  ADJECTIVES,
  DETERMINERS,
  NEGATIVE_DETERMINER,
  PLACE_PREPOSITIONS,
  PRONOUNS,
} from '../lexicon/function-words.js';
import { ANIMALS, NAMES, PEOPLE } from '../lexicon/nouns.js';
import type { Discourse } from './discourse.js';
import { relativeClause } from './relative-clause.js';
import { phrase, plain, type DeterminerWord, type Node, type Phrase, type PlainWord } from './tree.js';

/** A noun phrase with the features the rest of the sentence asks for. */
export interface NounPhrase {
  readonly node: Phrase;
  readonly agreement: Agreement;
  readonly kind: NounKind;
  /** Whether it licenses *ever* (*no chef*). */
  readonly negative: boolean;
}

export interface NounPhraseRequest {
  readonly kinds: readonly NounKind[];
  readonly position: 'subject' | 'object';
  /** Clauses around it; only at 0 may it hold a relative clause or a prepositional phrase. */
  readonly depth: number;
  /** The agreement of the clause's subject, when this is not it: *i admire me* is left out. */
  readonly subject?: Agreement;
  /** Whether *no* may be its determiner. */
  readonly mayBeNegative?: boolean;
}

/** A pronoun, a name, a coordination or a determiner phrase of one of the kinds asked for. */
export function nounPhrase(discourse: Discourse, request: NounPhraseRequest): NounPhrase {
  const kind = discourse.random.choose(request.kinds);
  const subject = request.position === 'subject';
  if (kind !== 'tool' && kind !== 'place' && discourse.chance(subject ? 0.12 : 0.08))
    return pronoun(discourse, kind, request);
  if (kind === 'person' && discourse.chance(0.1)) return name(discourse);
  if (kind === 'person' && subject && discourse.chance(0.06)) return coordination(discourse);
  return determinerPhrase(discourse, kind, request);
}

/** A determiner and a noun, nothing else: for wh-phrases, tools, places and agents of small clauses. */
export function simpleNounPhrase(discourse: Discourse, kind: NounKind): NounPhrase {
  const number = discourse.chance(0.75) ? 'singular' : 'plural';
  const noun = mentionNoun(discourse, kind);
  return finish(noun, kind, number, [determiner(discourse, number), nounWord(noun, number)]);
}

/** A noun of a kind that fits the scene and has not been mentioned. */
export function mentionNoun(discourse: Discourse, kind: NounKind): Noun {
  const { people, things, tools, places } = discourse.scene;
  if (kind === 'animal') return discourse.mention(ANIMALS);
  if (kind === 'person' && discourse.chance(0.2)) return discourse.mention(PEOPLE);
  return discourse.mentionOfScene({ person: people, thing: things, tool: tools, place: places }[kind]);
}

/** An adjective of people and animals, or of things, the scene's more often than others. */
export function adjective(discourse: Discourse, animate: boolean): PlainWord {
  const sort = animate ? 'animate' : 'inanimate';
  const ofScene = discourse.chance(0.6);
  return plain(ofScene ? discourse.scene.adjectives[sort] : discourse.random.choose(ADJECTIVES[sort]), 'adjective');
}

export function nounWord(noun: Noun, number: GrammaticalNumber): Node {
  return plain(noun[number], 'noun');
}

function pronoun(discourse: Discourse, kind: NounKind, request: NounPhraseRequest): NounPhrase {
  const candidates = PRONOUNS.filter(({ agreement: { person, number, gender } }) => {
    if (request.subject !== undefined && person < 3 && person === request.subject.person) return false;
    return number === 'plural' && person === 3 ? true : (gender === 'neuter') === (kind !== 'person');
  });
  const chosen = discourse.random.choose(candidates);
  const text = request.position === 'subject' ? chosen.subject : chosen.object;
  const { agreement } = chosen;
  const node = phrase('noun-phrase', [{ type: 'pronoun', text, pronoun: chosen }], { agreement });
  return { node, agreement, kind, negative: false };
}

function name(discourse: Discourse): NounPhrase {
  const { text, gender } = discourse.mention(NAMES);
  const agreement: Agreement = { person: 3, number: 'singular', gender };
  return {
    node: phrase('noun-phrase', [plain(text, 'noun')], { agreement }),
    agreement,
    kind: 'person',
    negative: false,
  };
}

function coordination(discourse: Discourse): NounPhrase {
  const part = (): Node => (discourse.chance(0.5) ? name(discourse) : simpleNounPhrase(discourse, 'person')).node;
  const agreement: Agreement = { person: 3, number: 'plural', gender: 'common' };
  const node = phrase('noun-phrase', [part(), plain('and'), part()], { agreement });
  return { node, agreement, kind: 'person', negative: false };
}

function determinerPhrase(discourse: Discourse, kind: NounKind, request: NounPhraseRequest): NounPhrase {
  const number = discourse.chance(0.6) ? 'singular' : 'plural';
  const noun = mentionNoun(discourse, kind);
  const negative = request.mayBeNegative === true && discourse.chance(0.08);
  const children: Node[] = [
    negative ? { type: 'determiner', text: NEGATIVE_DETERMINER.text } : determiner(discourse, number),
  ];
  const animate = kind === 'person' || kind === 'animal';
  if (discourse.chance(kind === 'place' ? 0.05 : 0.2)) {
    children.push(adjective(discourse, animate));
  }
  children.push(nounWord(noun, number));
  const plainPhrase = finish(noun, kind, number, children, negative);
  if (request.depth > 0 || kind === 'place' || kind === 'tool') return plainPhrase;
  if (discourse.chance(request.position === 'subject' ? 0.4 : 0.2)) {
    const placed = discourse.chance(0.5);
    children.push(placed ? placeModifier(discourse, kind) : relativeClause(discourse, plainPhrase, noun));
  }
  return finish(noun, kind, number, children, negative);
}

/** Puts a noun between the head and the verb that does not agree with it (*the cakes near the boat are small*). */
function placeModifier(discourse: Discourse, kind: NounKind): Phrase {
  if (kind === 'person' && discourse.chance(0.5)) {
    return phrase('group', [plain('from', 'preposition'), simpleNounPhrase(discourse, 'place').node]);
  }
  return placePhrase(discourse);
}

/** A preposition of place and a place, or a thing to be near or behind. */
export function placePhrase(discourse: Discourse): Phrase {
  const preposition = discourse.weighted([
    [2, PLACE_PREPOSITIONS[0]],
    [1, PLACE_PREPOSITIONS[1]],
    [1, PLACE_PREPOSITIONS[2]],
  ]);
  const kind = preposition !== 'in' && discourse.chance(0.4) ? 'thing' : 'place';
  return phrase('group', [plain(preposition, 'preposition'), simpleNounPhrase(discourse, kind).node]);
}

function determiner(discourse: Discourse, number: GrammaticalNumber): DeterminerWord {
  const chosen = discourse.weighted(DETERMINERS_BY_NUMBER[number]);
  return { type: 'determiner', ...(chosen.number && { number: chosen.number }), text: chosen.text };
}

const DETERMINERS_BY_NUMBER = {
  singular: DETERMINERS.filter(({ number }) => number !== 'plural').map((entry) => [entry.weight, entry] as const),
  plural: DETERMINERS.filter(({ number }) => number !== 'singular').map((entry) => [entry.weight, entry] as const),
};

function finish(
  noun: Noun,
  kind: NounKind,
  number: GrammaticalNumber,
  children: readonly Node[],
  negative = false,
): NounPhrase {
  const agreement: Agreement = { person: 3, number, gender: noun.gender };
  return { node: phrase('noun-phrase', children, { agreement }), agreement, kind, negative };
}
