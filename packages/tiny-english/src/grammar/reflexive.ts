import type { Agreement } from '../lexicon/features.js';
import { REFLEXIVES, type Reflexive } from '../lexicon/function-words.js';
import type { Discourse } from './discourse.js';
import type { ReflexiveWord } from './tree.js';

/** The reflexives that may refer to an antecedent: one, or two where its gender is not stated. */
export function reflexivesFor({ person, number, gender }: Agreement): readonly Reflexive[] {
  if (person === 1) return number === 'singular' ? ['myself'] : ['ourselves'];
  if (person === 2) return ['yourself'];
  if (number === 'plural') return ['themselves'];
  return {
    masculine: ['himself'] as const,
    feminine: ['herself'] as const,
    neuter: ['itself'] as const,
    common: ['himself', 'herself'] as const,
  }[gender];
}

/**
 * The reflexives that no speaker would accept for an antecedent.
 *
 * Singular *themselves* of a person of unstated gender is in use, and so is *himself* of an animal: neither counts as wrong.
 */
export function impossibleReflexives(antecedent: Agreement): readonly Reflexive[] {
  const right = reflexivesFor(antecedent);
  const { person, number, gender } = antecedent;
  const third = person === 3 && number === 'singular';
  return REFLEXIVES.filter((candidate) => {
    if (right.includes(candidate)) return false;
    if (third && gender === 'common') return candidate !== 'themselves';
    if (third && gender === 'neuter') return candidate !== 'himself' && candidate !== 'herself';
    return true;
  });
}

/** A reflexive pronoun for its antecedent. */
export function reflexive(discourse: Discourse, antecedent: Agreement): ReflexiveWord {
  return { type: 'reflexive', text: discourse.random.choose(reflexivesFor(antecedent)), antecedent };
}
