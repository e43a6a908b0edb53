import { simpleNounPhrase } from '../grammar/noun-phrase.js';
import { nodes, replace, spell, type Node, type Phrase } from '../grammar/tree.js';
import { LEXICAL_VERBS } from '../lexicon/word-forms.js';
import { chooseAny, wordsOfType, type Fault } from './fault.js';

/** The longest object left out, so that both members of a pair stay alike. */
const MAX_LEFT_OUT = 3;

/** *the chef prepared with a knife*: a verb without the object it needs. */
export const missingObject: Fault = ({ tree, discourse: { random } }) => {
  const all = nodes(tree);
  const object = chooseAny(
    random,
    all.filter((node, i): node is Phrase => {
      const before = all[i - 1];
      if (node.type !== 'phrase' || node.role !== 'object' || before?.type !== 'verb') return false;
      const { frame, objectOptional } = before.verb;
      return frame === 'transitive' && !objectOptional && spell(node).split(' ').length <= MAX_LEFT_OUT;
    }),
  );
  return object && replace(tree, new Map([[object, []]]));
};

/** *the boy slept the boat*: an intransitive verb with an object. */
export const extraObject: Fault = ({ tree, discourse }) => {
  const word = chooseAny(
    discourse.random,
    wordsOfType(nodes(tree), 'verb').filter(({ verb }) => verb.frame === 'intransitive'),
  );
  return word && replace(tree, new Map([[word, [word, simpleNounPhrase(discourse, 'thing').node]]]));
};

/** *the girl listened the king*: a verb without the preposition it needs. */
export const missingPreposition: Fault = ({ tree, discourse: { random } }) => {
  const word = chooseAny(random, plainWords(tree, 'selected-preposition'));
  return word && replace(tree, new Map([[word, []]]));
};

/** *what did the chef eat the pie ?*: an object where the question or relative clause has taken it away. */
export const filledGap: Fault = ({ tree, discourse }) => {
  const gap = chooseAny(
    discourse.random,
    wordsOfType(nodes(tree), 'phrase').filter(({ role }) => role === 'gap'),
  );
  const kind = gap && discourse.random.choose(gap.kinds!);
  return gap && kind && replace(tree, new Map([[gap, [simpleNounPhrase(discourse, kind).node]]]));
};

/** *the pie was eaten the chef*, *the pie was slept*: a passive without its *by*, or of a verb that has none. */
export const passive: Fault = ({ tree, discourse }) => {
  const by = chooseAny(discourse.random, plainWords(tree, 'agent-preposition'));
  if (by !== undefined && discourse.chance(0.5)) return replace(tree, new Map([[by, []]]));
  const participle = chooseAny(
    discourse.random,
    wordsOfType(nodes(tree), 'verb').filter(({ governor }) => governor === 'passive'),
  );
  if (participle === undefined) return undefined;
  const verb = discourse.random.choose(UNERGATIVES);
  return replace(tree, new Map([[participle, [{ ...participle, verb, text: verb.forms.participle }]]]));
};

// "was arrived" and "was fallen" are old perfects, so only verbs of doing are used.
const UNERGATIVES = LEXICAL_VERBS.filter(({ forms }) => ['sleep', 'laugh', 'smile'].includes(forms.base));

function plainWords(tree: Phrase, wordFunction: string): Node[] {
  return nodes(tree).filter((node) => node.type === 'plain' && node.function === wordFunction);
}
