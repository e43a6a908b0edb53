import type { NounKind } from '../lexicon/features.js';
import { declarative, inverted } from './clause.js';
import { planClause } from './clause-plan.js';
import type { Discourse } from './discourse.js';
import { mentionNoun, nounWord } from './noun-phrase.js';
import { nodes, phrase, plain, type Node, type Phrase } from './tree.js';

/** *has the chef eaten the pie ?* */
export function yesNoQuestion(discourse: Discourse): Node[] {
  return [inverted(planClause(discourse, { depth: 0, question: true }))];
}

/** *who ate the pie ?*, *which chef ate the pie ?*: no inversion. */
export function subjectQuestion(discourse: Discourse): Node[] {
  const kind = discourse.weighted<NounKind>([
    [4, 'person'],
    [1, 'thing'],
  ]);
  const { node, agreement } = interrogative(discourse, kind);
  return [
    node,
    declarative(planClause(discourse, { depth: 0, missingSubject: { kind, ...(agreement && { agreement }) } })),
  ];
}

/** *what did the chef eat ?*, *who does mary think that the queen admires ?*, *which boat is anna looking at ?* */
export function objectQuestion(discourse: Discourse): Node[] {
  const clause = inverted(planClause(discourse, { depth: 0, missingObject: 'any', question: true }));
  const gap = nodes(clause).find((node): node is Phrase => node.type === 'phrase' && node.role === 'gap')!;
  return [interrogative(discourse, discourse.random.choose(gap.kinds!)).node, clause];
}

/** *where did the chef eat the pie ?* */
export function adjunctQuestion(discourse: Discourse): Node[] {
  const word = discourse.random.choose(['where', 'when', 'why'] as const);
  const asksFor = { where: 'place', when: 'time', why: undefined }[word] as 'place' | 'time' | undefined;
  return [plain(word), inverted(planClause(discourse, { depth: 0, question: true, ...(asksFor && { asksFor }) }))];
}

/** *who*, *what* or *which* and a noun. */
function interrogative(discourse: Discourse, kind: NounKind): Pick<Phrase, 'agreement'> & { node: Node } {
  if (kind !== 'animal' && discourse.chance(0.6)) return { node: plain(kind === 'person' ? 'who' : 'what') };
  const number = discourse.chance(0.6) ? 'singular' : 'plural';
  const noun = mentionNoun(discourse, kind);
  const agreement = { person: 3, number, gender: noun.gender } as const;
  return { node: phrase('noun-phrase', [plain('which'), nounWord(noun, number)], { agreement }), agreement };
}
