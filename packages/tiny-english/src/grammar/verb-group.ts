import type { Agreement, Verb, VerbForm } from '../lexicon/features.js';
import { BE, DO, HAVE } from '../lexicon/verbs.js';
import type { VerbWord } from './tree.js';

/** What the auxiliaries in front of a verb say. */
export interface Aspect {
  readonly tense: 'present' | 'past';
  readonly modal?: Verb;
  readonly perfect?: boolean;
  readonly progressive?: boolean;
}

export interface VerbGroupRequest extends Aspect {
  readonly passive: boolean;
  /** Whether the clause is negated or inverted, so that a lone main verb needs *do* in front. */
  readonly needsAuxiliary: boolean;
  /** The subject's; absent for *who* and *what*, which take the third person singular. */
  readonly agreement?: Agreement;
}

/**
 * The auxiliaries and the verb of a clause, the finite one first (affix hopping: Chomsky, Syntactic Structures, 1957).
 *
 * Each auxiliary decides the form of the next word: modal and *do* the base, *have* the participle, progressive *be* the
 * ing form, passive *be* the participle; the first word is finite.
 */
export function verbGroup(verb: Verb, request: VerbGroupRequest): VerbWord[] {
  const auxiliaries: { verb: Verb; governor: VerbWord['governor']; demands: VerbForm }[] = [];
  if (request.modal) auxiliaries.push({ verb: request.modal, governor: 'modal', demands: 'base' });
  if (request.perfect) auxiliaries.push({ verb: HAVE, governor: 'have', demands: 'participle' });
  if (request.progressive) auxiliaries.push({ verb: BE, governor: 'be', demands: 'ing' });
  if (request.passive) auxiliaries.push({ verb: BE, governor: 'passive', demands: 'participle' });
  if (request.needsAuxiliary && auxiliaries.length === 0 && !isAuxiliary(verb)) {
    auxiliaries.push({ verb: DO, governor: 'do', demands: 'base' });
  }
  const finite = finiteVerb(auxiliaries[0]?.verb ?? verb, request.tense, request.agreement);
  const rest = auxiliaries.map(({ governor, demands }, i): VerbWord => {
    const governed = auxiliaries[i + 1]?.verb ?? verb;
    return { type: 'verb', verb: governed, form: demands, text: governed.forms[demands], governor };
  });
  return [finite, ...rest];
}

/** Whether a verb inverts with its subject and takes *not* behind it. */
export function isAuxiliary(verb: Verb): boolean {
  return verb.frame === 'auxiliary' || verb === BE;
}

/** A verb in the tense, agreeing with its subject. */
export function finiteVerb(verb: Verb, tense: Aspect['tense'], agreement?: Agreement): VerbWord {
  const third = agreement === undefined || (agreement.person === 3 && agreement.number === 'singular');
  const form: VerbForm = tense === 'past' ? 'past' : third ? 'third' : 'plain';
  const text = (verb === BE && finiteBe(form, third, agreement)) || verb.forms[form];
  return { type: 'verb', verb, form, text, governor: 'tense', ...(agreement && { agreement }) };
}

/** *am* and *were*, the forms of *be* that other verbs have no counterpart of. */
function finiteBe(form: VerbForm, third: boolean, agreement?: Agreement): string | undefined {
  const first = agreement?.person === 1 && agreement.number === 'singular';
  if (form === 'past') return third || first ? undefined : 'were';
  return first ? 'am' : undefined;
}
