import type { Agreement, GrammaticalNumber, NounKind, Verb, VerbForm } from '../lexicon/features.js';
import type { Pronoun } from '../lexicon/function-words.js';

/** A verb or auxiliary in a form its governor demands. */
export interface VerbWord {
  readonly type: 'verb';
  readonly text: string;
  readonly verb: Verb;
  readonly form: VerbForm;
  /** What demands the form: `tense` of the finite verb, an auxiliary before a non-finite one. */
  readonly governor: 'tense' | 'do' | 'modal' | 'have' | 'be' | 'passive' | 'to';
  /** The subject's, on finite verbs; absent where the subject is *who* or *what*, which fix no number. */
  readonly agreement?: Agreement;
}

export interface DeterminerWord {
  readonly type: 'determiner';
  readonly text: string;
  readonly number?: GrammaticalNumber;
}

export interface PronounWord {
  readonly type: 'pronoun';
  readonly text: string;
  readonly pronoun: Pronoun;
}

export interface ReflexiveWord {
  readonly type: 'reflexive';
  readonly text: string;
  readonly antecedent: Agreement;
}

/** A word that inflects for nothing in its sentence. */
export interface PlainWord {
  readonly type: 'plain';
  readonly text: string;
  readonly function:
    | 'noun'
    | 'adjective'
    | 'adverb'
    | 'preposition'
    | 'selected-preposition'
    | 'agent-preposition'
    | 'negation'
    | 'polarity'
    | 'complementizer'
    | 'other';
}

export type Word = VerbWord | DeterminerWord | PronounWord | ReflexiveWord | PlainWord;

/** A phrase; a `gap` has no children and stands where a questioned or relativised object would. */
export interface Phrase {
  readonly type: 'phrase';
  readonly role: 'sentence' | 'declarative' | 'inverted' | 'noun-phrase' | 'object' | 'gap' | 'group';
  readonly children: readonly Node[];
  /** Of noun phrases. */
  readonly agreement?: Agreement;
  /** Of gaps: what kinds of noun would fill it. */
  readonly kinds?: readonly NounKind[];
}

export type Node = Word | Phrase;

export function phrase(
  role: Phrase['role'],
  children: readonly Node[],
  extra: Pick<Phrase, 'agreement' | 'kinds'> = {},
): Phrase {
  return { type: 'phrase', role, children, ...extra };
}

export function plain(text: string, wordFunction: PlainWord['function'] = 'other'): PlainWord {
  return { type: 'plain', text, function: wordFunction };
}

/** The tree's nodes, parents first, left to right. */
export function nodes(root: Node): Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    found.push(node);
    if (node.type === 'phrase') node.children.forEach(visit);
  };
  visit(root);
  return found;
}

/** The tree with some nodes (found by identity) replaced by zero or more others. */
export function replace(root: Node, replacements: ReadonlyMap<Node, readonly Node[]>): Phrase {
  const visit = (node: Node): readonly Node[] => {
    const replacement = replacements.get(node);
    if (replacement !== undefined) return replacement;
    return node.type === 'phrase' ? [{ ...node, children: node.children.flatMap(visit) }] : [node];
  };
  return phrase('sentence', visit(root));
}

/** The words of a tree as text, separated by spaces, with *a* spelled *an* before a vowel. */
export function spell(root: Node): string {
  const texts = nodes(root).flatMap((node) => (node.type === 'phrase' ? [] : [node.text]));
  return texts.map((text, i) => (text === 'a' && /^[aeiou]/.test(texts[i + 1] ?? '') ? 'an' : text)).join(' ');
}
