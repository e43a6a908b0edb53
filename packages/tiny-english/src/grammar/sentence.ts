import type { Random } from '@guided-dropout/core';
import { SUBORDINATORS } from '../lexicon/function-words.js';
import { SCENES } from '../lexicon/scenes.js';
import { declarative } from './clause.js';
import { planClause } from './clause-plan.js';
import { Discourse } from './discourse.js';
import { existential } from './existential.js';
import { adjunctQuestion, objectQuestion, subjectQuestion, yesNoQuestion } from './question.js';
import { phrase, plain, spell, type Node, type Phrase } from './tree.js';

/** Longer sentences are drawn again, so that a model of {@link MAX_WORDS} + 2 positions reads every sentence whole. */
export const MAX_WORDS = 24;

type Construction = (discourse: Discourse) => Node[];

const STATEMENTS: readonly (readonly [weight: number, construction: Construction])[] = [
  [60, (discourse) => [declarative(planClause(discourse, { depth: 0 }))]],
  [5, adverbial],
  [4, existential],
];

const QUESTIONS: readonly (readonly [weight: number, construction: Construction])[] = [
  [12, yesNoQuestion],
  [5, subjectQuestion],
  [8, objectQuestion],
  [6, adjunctQuestion],
];

/** Draws a sentence of the fragment as a tree that ends in its punctuation mark. */
export function drawSentence(random: Random): {
  readonly tree: Phrase;
  readonly discourse: Discourse;
  readonly text: string;
} {
  for (;;) {
    const discourse = new Discourse(random, random.choose(SCENES));
    const question = discourse.chance(0.3);
    const construction = discourse.weighted(question ? QUESTIONS : STATEMENTS);
    const tree = phrase('sentence', [...construction(discourse), plain(question ? '?' : '.')]);
    const text = spell(tree);
    if (text.split(' ').length <= MAX_WORDS) return { tree, discourse, text };
  }
}

/** *the chef slept because the pie had disappeared*. */
function adverbial(discourse: Discourse): Node[] {
  const tense = discourse.chance(0.5) ? 'present' : 'past';
  const clause = (): Phrase => declarative(planClause(discourse, { depth: 1, tense }));
  return [clause(), plain(discourse.random.choose(SUBORDINATORS)), clause()];
}
