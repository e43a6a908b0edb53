import type { ClausePlan } from './clause-plan.js';
import { phrase, plain, type Node, type Phrase, type VerbWord } from './tree.js';
import { isAuxiliary, verbGroup } from './verb-group.js';

/** Subject, verb group, complements: *the chef has not eaten the pie*; a missing subject is simply left out. */
export function declarative(plan: ClausePlan): Phrase {
  const [finite, ...rest] = group(plan, plan.negated);
  // A finite main verb is never negated, and adverbs of frequency stand before it: *often eats* but *has often eaten*.
  const middle = isAuxiliary(finite!.verb)
    ? [finite!, ...negation(plan), ...frequency(plan), ...polarity(plan)]
    : [...frequency(plan), finite!];
  return phrase('declarative', [...subjectOf(plan), ...middle, ...rest, ...plan.complements]);
}

/** The finite auxiliary before the subject: *has the chef not eaten the pie*. */
export function inverted(plan: ClausePlan): Phrase {
  const [finite, ...rest] = group(plan, true);
  const middle = [...negation(plan), ...frequency(plan), ...polarity(plan)];
  return phrase('inverted', [finite!, ...subjectOf(plan), ...middle, ...rest, ...plan.complements]);
}

function group(plan: ClausePlan, needsAuxiliary: boolean): VerbWord[] {
  const { verb, passive, timing, agreement } = plan;
  return verbGroup(verb, { ...timing, passive, needsAuxiliary, ...(agreement && { agreement }) });
}

function subjectOf({ subject }: ClausePlan): Node[] {
  return subject === undefined ? [] : [subject.node];
}

function negation({ negated }: ClausePlan): Node[] {
  return negated ? [plain('not', 'negation')] : [];
}

function frequency({ timing }: ClausePlan): Node[] {
  return timing.frequency === undefined ? [] : [plain(timing.frequency, 'adverb')];
}

function polarity({ ever }: ClausePlan): Node[] {
  return ever ? [plain('ever', 'polarity')] : [];
}
