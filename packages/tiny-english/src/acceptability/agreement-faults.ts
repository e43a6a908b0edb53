import { impossibleReflexives } from '../grammar/reflexive.js';
import { nodes, replace, type VerbWord } from '../grammar/tree.js';
import { finiteVerb } from '../grammar/verb-group.js';
import type { Agreement } from '../lexicon/features.js';
import { DETERMINERS } from '../lexicon/function-words.js';
import { chooseAny, wordsOfType, type Fault } from './fault.js';

/** *the cakes near the boat is small*: a finite verb of the other number. */
export const subjectVerbAgreement: Fault = ({ tree, discourse: { random } }) => {
  const candidates = wordsOfType(nodes(tree), 'verb').flatMap((word) => {
    const wrong = inOtherNumber(word);
    return wrong !== undefined && wrong.text !== word.text ? [{ word, wrong }] : [];
  });
  const chosen = chooseAny(random, candidates);
  return chosen && replace(tree, new Map([[chosen.word, [chosen.wrong]]]));
};

/** *these cake fell*: a determiner of the other number than its noun. */
export const determinerNounAgreement: Fault = ({ tree, discourse: { random } }) => {
  const word = chooseAny(
    random,
    wordsOfType(nodes(tree), 'determiner').filter(({ number }) => number !== undefined),
  );
  if (word === undefined) return undefined;
  const { text, number } = random.choose(DETERMINERS.filter((other) => other.number && other.number !== word.number));
  return replace(tree, new Map([[word, [{ type: 'determiner', text, number: number! }]]]));
};

/** *the girl who noticed the men blamed themselves*: a reflexive its subject cannot bind, another noun's where there is one. */
export const reflexiveAgreement: Fault = ({ tree, discourse }) => {
  const all = nodes(tree);
  const word = chooseAny(discourse.random, wordsOfType(all, 'reflexive'));
  if (word === undefined) return undefined;
  const wrong = impossibleReflexives(word.antecedent);
  const others = wordsOfType(all, 'phrase').flatMap(({ agreement }) => (agreement ? [agreement] : []));
  const tempting = wrong.filter((text) => others.some((agreement) => bindsTo(text, agreement)));
  const text = discourse.random.choose(tempting.length > 0 && discourse.chance(0.6) ? tempting : wrong);
  return replace(tree, new Map([[word, [{ ...word, text }]]]));
};

function bindsTo(text: string, agreement: Agreement): boolean {
  return !impossibleReflexives(agreement).some((impossible) => impossible === text);
}

function inOtherNumber({ verb, form, agreement, governor }: VerbWord): VerbWord | undefined {
  if (governor !== 'tense' || agreement === undefined) return undefined;
  const { person, number } = agreement;
  const other = person === 3 && number === 'singular' ? 'plural' : 'singular';
  return finiteVerb(verb, form === 'past' ? 'past' : 'present', { person: 3, number: other, gender: 'common' });
}
