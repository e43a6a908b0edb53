import { int } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { activations } from '../shared/activation.js';
import { emitAttention, emitMergeHeads, emitSplitHeads, emitSplitKeys } from '../shared/attention.js';
import { emitLayerNorm } from '../shared/layer-norm.js';
import type { Gpt2Config } from './config.js';
import { emitConv1d } from './conv1d.js';

/** hidden + attention of the normalised hidden state, `[batch, length, hidden]`. */
export function emitSelfAttention(
  weights: WeightSource,
  config: Gpt2Config,
  layer: number,
  module: string,
  hidden: string,
  hidingBias: string,
): string {
  const { builder } = weights;
  const { hiddenSize, numHeads, headSize } = config;
  const normalised = emitNorm(weights, config, `${module}.ln_1`, hidden);
  const output = builder.scope(`${module}.attn`, () => {
    const joint = emitConv1d(weights, normalised, `${module}.attn.c_attn`, hiddenSize, 3 * hiddenSize);
    const sizes = builder.integers([hiddenSize, hiddenSize, hiddenSize]);
    const [queries, keys, values] = builder.ops('Split', [joint, sizes], 3, { axis: int(-1) }) as [
      string,
      string,
      string,
    ];
    const context = emitAttention(builder, {
      queries: emitSplitHeads(builder, queries, numHeads, headSize),
      keys: emitSplitKeys(builder, keys, numHeads, headSize),
      values: emitSplitHeads(builder, values, numHeads, headSize),
      scale: scoreScale(config, layer),
      biases: [hidingBias],
    });
    const merged = emitMergeHeads(builder, context, hiddenSize);
    const initial = { deviation: residualDeviation(config) };
    return emitConv1d(weights, merged, `${module}.attn.c_proj`, hiddenSize, hiddenSize, initial);
  });
  return builder.scope(module, () => builder.op('Add', [output, hidden]));
}

/** The factor of a layer's scores. */
function scoreScale({ scaledByHeadSize, scaledByLayer, headSize }: Gpt2Config, layer: number): number {
  return (scaledByHeadSize ? 1 / Math.sqrt(headSize) : 1) / (scaledByLayer ? layer + 1 : 1);
}

/** hidden + MLP of the normalised hidden state, `[batch, length, hidden]`. */
export function emitFeedForward(weights: WeightSource, config: Gpt2Config, module: string, hidden: string): string {
  const { builder } = weights;
  const { hiddenSize, innerSize } = config;
  const normalised = emitNorm(weights, config, `${module}.ln_2`, hidden);
  const output = builder.scope(`${module}.mlp`, () => {
    const inner = emitConv1d(weights, normalised, `${module}.mlp.c_fc`, hiddenSize, innerSize);
    const activated = activations[config.activation](builder, inner);
    const initial = { deviation: residualDeviation(config) };
    return emitConv1d(weights, activated, `${module}.mlp.c_proj`, innerSize, hiddenSize, initial);
  });
  return builder.scope(module, () => builder.op('Add', [output, hidden]));
}

/** New projections into the residual stream begin smaller, for 2 · layers of them add up (Radford et al., 2019, §2.3). */
function residualDeviation({ initializerRange, numLayers }: Gpt2Config): number {
  return initializerRange / Math.sqrt(2 * numLayers);
}

/** The normalisation of that name, in a scope of its own. */
export function emitNorm(weights: WeightSource, config: Gpt2Config, name: string, x: string): string {
  const { hiddenSize, layerNormEpsilon } = config;
  return weights.builder.scope(name, () => emitLayerNorm(weights, x, name, hiddenSize, layerNormEpsilon));
}
