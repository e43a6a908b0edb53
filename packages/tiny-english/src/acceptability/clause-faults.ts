import { nodes, plain, replace, type Node, type Phrase, type PlainWord, type VerbWord } from '../grammar/tree.js';
import { finiteVerb } from '../grammar/verb-group.js';
import { DO } from '../lexicon/verbs.js';
import { chooseAny, wordsOfType, type Fault } from './fault.js';

/** *what the chef did eat ?*: a question whose auxiliary stayed behind its subject. */
export const questionInversion: Fault = ({ tree }) => {
  const clause = invertedClause(tree);
  // Without a question word the uninverted order is an echo question, which is fine.
  if (clause === undefined || tree.children[0] === clause) return undefined;
  const [finite, subject] = clause.children;
  return replace(
    tree,
    new Map<Node, Node[]>([
      [finite!, []],
      [subject!, [subject!, finite!]],
    ]),
  );
};

/** *what the chef ate ?*, *ate the chef the pie ?*: a question without *do*. */
export const questionSupport: Fault = ({ tree }) => {
  const clause = invertedClause(tree);
  const support = clause && supportAndVerb(clause);
  if (clause === undefined || support === undefined) return undefined;
  // "why the chef not sleeps" would be an error of negation as well.
  if (plainWords(clause.children, 'negation').length > 0) return undefined;
  const { auxiliary, verb } = support;
  const finite = finiteVerb(verb.verb, auxiliary.form === 'past' ? 'past' : 'present', auxiliary.agreement);
  const isYesNo = tree.children[0] === clause;
  // "wanted the chef to sleep ?" is short for a good question about somebody else's wish.
  if (isYesNo && verb.verb.frame === 'infinitive') return undefined;
  return replace(
    tree,
    new Map<Node, Node[]>(
      isYesNo
        ? [
            [auxiliary, [finite]],
            [verb, []],
          ]
        : [
            [auxiliary, []],
            [verb, [finite]],
          ],
    ),
  );
};

/** *the chef not ate*: a negated main verb without *do*. */
export const negationSupport: Fault = ({ tree, discourse }) => {
  const clauses = wordsOfType(nodes(tree), 'phrase').flatMap((node) => {
    const support = node.role === 'declarative' ? supportAndVerb(node) : undefined;
    return support === undefined ? [] : [support];
  });
  const chosen = chooseAny(discourse.random, clauses);
  if (chosen === undefined) return undefined;
  const { auxiliary, verb } = chosen;
  const finite = finiteVerb(verb.verb, auxiliary.form === 'past' ? 'past' : 'present', auxiliary.agreement);
  return replace(
    tree,
    new Map<Node, Node[]>([
      [auxiliary, []],
      [verb, [discourse.chance(0.5) ? finite : verb]],
    ]),
  );
};

/** *the chef has ever slept*: *ever* without the negation that licenses it. */
export const polarity: Fault = ({ tree }) => {
  const clause = wordsOfType(nodes(tree), 'phrase').find(
    ({ role, children }) => role === 'declarative' && plainWords(children, 'polarity').length > 0,
  );
  // A question licenses "ever" by itself.
  if (clause === undefined || spellsQuestion(tree)) return undefined;
  const [not] = plainWords(clause.children, 'negation');
  if (not !== undefined) return replace(tree, new Map([[not, []]]));
  const no = wordsOfType(nodes(clause), 'determiner').find(({ text }) => text === 'no');
  return no && replace(tree, new Map([[no, [{ type: 'determiner', text: 'the' }]]]));
};

/** *him has slept*, *the chef noticed he*: the other case's pronoun. */
export const pronounCase: Fault = ({ tree, discourse: { random } }) => {
  const word = chooseAny(
    random,
    wordsOfType(nodes(tree), 'pronoun').filter(({ pronoun }) => pronoun.subject !== pronoun.object),
  );
  if (word === undefined) return undefined;
  const { subject, object } = word.pronoun;
  return replace(tree, new Map([[word, [{ ...word, text: word.text === subject ? object : subject }]]]));
};

/** *mary hopes whether the chef slept*: the complementizer of another kind of verb. */
export const complementizer: Fault = ({ tree, discourse: { random } }) => {
  const word = chooseAny(random, plainWords(nodes(tree), 'complementizer'));
  const other = word?.text === 'that' ? 'whether' : 'that';
  return word && replace(tree, new Map([[word, [plain(other, 'complementizer')]]]));
};

function invertedClause(tree: Phrase): Phrase | undefined {
  return wordsOfType(tree.children, 'phrase').find(({ role }) => role === 'inverted');
}

function supportAndVerb({ children }: Phrase): { auxiliary: VerbWord; verb: VerbWord } | undefined {
  const [auxiliary, verb] = wordsOfType(children, 'verb');
  return auxiliary?.verb === DO && verb !== undefined ? { auxiliary, verb } : undefined;
}

function plainWords(children: readonly Node[], wordFunction: PlainWord['function']): PlainWord[] {
  return wordsOfType(children, 'plain').filter((word) => word.function === wordFunction);
}

function spellsQuestion(tree: Phrase): boolean {
  const last = tree.children.at(-1);
  return last?.type === 'plain' && last.text === '?';
}
