import type { Random } from '@guided-dropout/core';
import type { Discourse } from '../grammar/discourse.js';
import type { Node, Phrase } from '../grammar/tree.js';

/** A grammatical sentence to break. */
export interface FaultySource {
  readonly tree: Phrase;
  /** Of the sentence, so that a word put in fits its scene. */
  readonly discourse: Discourse;
}

/** One way to make a sentence ungrammatical by a small edit. */
export type Fault = (source: FaultySource) => Phrase | undefined;

/** One of the candidates, or nothing when there is none. */
export function chooseAny<T>(random: Random, candidates: readonly T[]): T | undefined {
  return candidates.length === 0 ? undefined : random.choose(candidates);
}

/** The words of a tree of one type. */
export function wordsOfType<T extends Node['type']>(all: readonly Node[], type: T): Extract<Node, { type: T }>[] {
  return all.filter((node): node is Extract<Node, { type: T }> => node.type === type);
}
