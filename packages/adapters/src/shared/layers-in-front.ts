import { Mismatch } from './mismatch.js';
import type { ModelGraph } from './model-graph.js';
import { nearestWeights } from './nearest-weights.js';

/** Checks that a value is computed with certain linear layers. @throws Mismatch where one of them is not next in front. */
export function requireLayersInFront(model: ModelGraph, value: string, what: string, modules: readonly string[]): void {
  const found = nearestWeights(model.index, value, model.names);
  const wanted = modules.map((module) => model.parameter(`${module}.weight`));
  if (wanted.every((weight) => found.includes(weight))) return;
  const names = (weights: readonly string[]): string => weights.map((weight) => `'${weight}'`).join(', ');
  throw new Mismatch(`${what} computed with ${names(wanted)}`, found.length === 0 ? 'no weights' : names(found));
}
