import type { Graph, Tensor } from '@guided-dropout/onnx';
import { probeTypes, type Feeds } from '@guided-dropout/runtime';
import { expect } from 'vitest';
import { disagreement, numericGradients, writtenGradients, type Differentiable } from './gradient-reference.js';

/**
 * Checks the gradient of a graph's scalar output `loss` by every named initializer against central differences in
 * float64, element by element, at most `maxElements` of each.
 */
export async function checkGradients(
  graph: Graph,
  parameters: readonly string[],
  feeds: Feeds = {},
  maxElements = Infinity,
): Promise<void> {
  const differentiable: Differentiable = { graph, parameters, feeds, types: await probeTypes(graph) };
  const written = await writtenGradients(differentiable);
  expect(disagreement(written, await numericGradients(differentiable, maxElements))).toBeUndefined();
}

/** Gradients of `loss` by initializers of a graph as autodiff writes them, computed in float64. */
export async function gradientsOf(
  graph: Graph,
  parameters: readonly string[],
  feeds: Feeds = {},
): Promise<ReadonlyMap<string, Tensor>> {
  return writtenGradients({ graph, parameters, feeds, types: await probeTypes(graph) });
}
