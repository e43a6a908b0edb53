import type { Linear } from './linear.js';
import { described, Mismatch } from './mismatch.js';
import type { ModelGraph } from './model-graph.js';
import { requireLayersInFront } from './layers-in-front.js';

/** Paths of the linear layers that attention begins with; one layer may serve for several. */
export interface AttentionLayers {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** Operators that arrange the heads. */
const ARRANGING: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * The attention probabilities whose product with the values goes into an output projection: what a Softmax gave, with
 * rows that were not numbers perhaps replaced. Scaling, masks, position biases and rotations in front of the Softmax may
 * be whatever they are, as long as queries and keys are this attention's.
 *
 * @throws Mismatch where there is no such product, or it is of other queries, keys or values.
 */
export function attentionProbabilities(model: ModelGraph, projection: Linear, layers: AttentionLayers): string {
  const { index } = model;
  const context = index.producerThrough(projection.input, ARRANGING);
  const weighting = context?.opType === 'MatMul' ? index.producer(context.inputs[0]) : undefined;
  const softmax =
    weighting?.opType === 'Where'
      ? weighting.inputs.map((input) => index.producer(input)).find((node) => node?.opType === 'Softmax')
      : weighting;
  if (softmax?.opType !== 'Softmax') {
    throw new Mismatch('Softmax → MatMul in front of the output projection', described(weighting ?? context));
  }
  requireLayersInFront(model, softmax.inputs[0]!, 'scores', [layers.query, layers.key]);
  requireLayersInFront(model, context!.inputs[1]!, 'values', [layers.value]);
  return index.source(context!.inputs[0]!);
}
