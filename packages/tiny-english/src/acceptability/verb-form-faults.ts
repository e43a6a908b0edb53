import { nodes, replace, type VerbWord } from '../grammar/tree.js';
import { finiteVerb, isAuxiliary } from '../grammar/verb-group.js';
import type { VerbForm } from '../lexicon/features.js';
import { DO, HAVE, MODALS } from '../lexicon/verbs.js';
import { chooseAny, wordsOfType, type Fault } from './fault.js';

/** Forms that are wrong behind each governor; *was eating* and *was eaten* are both fine, so neither replaces the other. */
const WRONG_FORMS: Readonly<Record<Exclude<VerbWord['governor'], 'tense'>, readonly VerbForm[]>> = {
  do: ['third', 'past', 'participle', 'ing'],
  modal: ['third', 'past', 'participle', 'ing'],
  to: ['third', 'past', 'participle', 'ing'],
  have: ['base', 'third', 'past', 'ing'],
  be: ['base', 'third'],
  passive: ['base', 'third'],
};

/** *the chef did not ate*, *the pie has been eat*: a form the auxiliary does not go with. */
export const verbForm: Fault = ({ tree, discourse: { random } }) => {
  const candidates = wordsOfType(nodes(tree), 'verb').flatMap((word) => {
    if (word.governor === 'tense') return [];
    const forms = WRONG_FORMS[word.governor].filter((form) => isWrong(word, form));
    return forms.length > 0 ? [{ word, form: random.choose(forms) }] : [];
  });
  const chosen = chooseAny(random, candidates);
  if (chosen === undefined) return undefined;
  const { word, form } = chosen;
  return replace(tree, new Map([[word, [{ ...word, form, text: word.verb.forms[form] }]]]));
};

/** *the chef does can eat*, *the pie did was eaten*: *do* before an auxiliary, or *can* before another modal. */
export const doubledAuxiliary: Fault = ({ tree, discourse }) => {
  const candidates = wordsOfType(nodes(tree), 'phrase')
    .filter(({ role }) => role === 'declarative')
    .flatMap(({ children }) => wordsOfType(children, 'verb').slice(0, 1))
    .filter(({ verb, governor }) => governor === 'tense' && isAuxiliary(verb));
  const word = chooseAny(discourse.random, candidates);
  if (word === undefined) return undefined;
  const modal = discourse.random.choose(MODALS.filter((other) => other !== word.verb));
  // "the chefs can have eaten" is fine, so "have" gets "do".
  const extra = word.verb !== HAVE && discourse.chance(0.5) ? modal : DO;
  const tense = word.form === 'past' ? 'past' : 'present';
  return replace(tree, new Map([[word, [finiteVerb(extra, tense, word.agreement), word]]]));
};

/** Whether a form is spelled otherwise than the right one and is one that the corpus holds, lest the word alone give it away. */
function isWrong({ verb, text }: VerbWord, form: VerbForm): boolean {
  if (verb.stative && form === 'ing') return false;
  if (isAuxiliary(verb) && form !== 'third' && form !== 'base') return false;
  return verb.forms[form] !== text;
}
