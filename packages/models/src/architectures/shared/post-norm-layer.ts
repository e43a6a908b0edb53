import type { WeightSource } from '../../checkpoint/weight-source.js';
import { activations, type ActivationName } from './activation.js';
import { emitAttention, emitMergeHeads, emitSplitHeads, emitSplitKeys } from './attention.js';
import { emitLayerNorm } from './layer-norm.js';
import { emitLinear } from './linear.js';

/** The sizes of a layer. */
export interface LayerShape {
  readonly hiddenSize: number;
  readonly numHeads: number;
  readonly intermediateSize: number;
  readonly activation: ActivationName;
  readonly layerNormEpsilon: number;
}

/** What an architecture calls a layer's modules, from the layer on. */
export interface LayerNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly intermediate: string;
  readonly output: string;
  readonly outputNorm: string;
}

/** The names of BERT, which RoBERTa and ELECTRA kept. */
export const bertLayerNames: LayerNames = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attentionOutput: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  intermediate: 'intermediate.dense',
  output: 'output.dense',
  outputNorm: 'output.LayerNorm',
};

/**
 * A transformer layer that normalises after each residual connection, as BERT's: LayerNorm(x + f(x)), f being
 * self-attention, then a network of one hidden layer.
 *
 * @param module path of the layer, e.g. `bert.encoder.layer.0`.
 * @param hidden `[batch, length, hidden]`, as is the result.
 * @param hidingBias added to the scores of attention, `[batch, 1, 1, length]`.
 */
export function emitPostNormLayer(
  weights: WeightSource,
  shape: LayerShape,
  names: LayerNames,
  module: string,
  hidden: string,
  hidingBias: string,
): string {
  const { builder } = weights;
  const { hiddenSize, intermediateSize, layerNormEpsilon } = shape;
  const normalised = (branch: string, residual: string, name: string): string =>
    emitLayerNorm(weights, builder.op('Add', [branch, residual]), `${module}.${name}`, hiddenSize, layerNormEpsilon);
  const attended = builder.scope(`${module}.attention`, () =>
    normalised(emitSelfAttention(weights, shape, names, module, hidden, hidingBias), hidden, names.attentionNorm),
  );
  return builder.scope(module, () => {
    const inner = emitLinear(weights, attended, `${module}.${names.intermediate}`, hiddenSize, intermediateSize);
    const activated = activations[shape.activation](builder, inner);
    const output = emitLinear(weights, activated, `${module}.${names.output}`, intermediateSize, hiddenSize);
    return normalised(output, attended, names.outputNorm);
  });
}

function emitSelfAttention(
  weights: WeightSource,
  { hiddenSize, numHeads }: LayerShape,
  names: LayerNames,
  module: string,
  hidden: string,
  hidingBias: string,
): string {
  const { builder } = weights;
  const headSize = hiddenSize / numHeads;
  const linear = (x: string, name: string): string =>
    emitLinear(weights, x, `${module}.${name}`, hiddenSize, hiddenSize);
  const context = emitAttention(builder, {
    queries: emitSplitHeads(builder, linear(hidden, names.query), numHeads, headSize),
    keys: emitSplitKeys(builder, linear(hidden, names.key), numHeads, headSize),
    values: emitSplitHeads(builder, linear(hidden, names.value), numHeads, headSize),
    scale: 1 / Math.sqrt(headSize),
    biases: [hidingBias],
  });
  return linear(emitMergeHeads(builder, context, hiddenSize), names.attentionOutput);
}
