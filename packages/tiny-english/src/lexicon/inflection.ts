import type { Frame, Gender, Noun, NounKind, Verb, VerbForm } from './features.js';

/** Makes a noun; the plural follows the spelling rules unless given. */
export function noun(singular: string, kind: NounKind, gender: Gender = 'neuter', plural = withS(singular)): Noun {
  return { singular, plural, kind, gender };
}

/** The part of a {@link Verb} that is not its frame or forms; all of it optional. */
export type VerbTraits = Partial<Omit<Verb, 'forms' | 'frame'>>;

/** Makes a verb from its principal parts, `'eat ate eaten'`; parts left out are regular. */
export function verb(principalParts: string, frame: Frame, traits: VerbTraits = {}): Verb {
  const [base = '', past = withEd(base), participle = past] = principalParts.split(' ');
  const forms: Record<VerbForm, string> = {
    base,
    plain: base,
    third: withS(base),
    past,
    participle,
    ing: withIng(base),
  };
  return {
    forms,
    frame,
    subject: ['person'],
    object: [],
    objectOptional: false,
    instrument: false,
    reflexive: false,
    stative: false,
    ...traits,
  };
}

function withS(stem: string): string {
  if (/[^aeiou]y$/.test(stem)) return `${stem.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh|o)$/.test(stem) ? `${stem}es` : `${stem}s`;
}

function withEd(stem: string): string {
  if (/[^aeiou]y$/.test(stem)) return `${stem.slice(0, -1)}ied`;
  return stem.endsWith('e') ? `${stem}d` : `${stem}ed`;
}

function withIng(stem: string): string {
  return /[^e]e$/.test(stem) ? `${stem.slice(0, -1)}ing` : `${stem}ing`;
}
