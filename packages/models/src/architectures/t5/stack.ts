import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitRelativePositionBias } from '../shared/relative-position-bias.js';
import { emitRmsNorm } from '../shared/rms-norm.js';
import { emitTokenPositions } from '../shared/token-positions.js';
import { emitT5Attention, type T5AttentionInputs } from './attention.js';
import type { T5Config } from './config.js';
import { emitT5FeedForward } from './feed-forward.js';

/** What the encoder or the decoder reads. */
export interface T5StackInputs {
  /** Token ids, `[batch, length]`. */
  readonly ids: string;
  /** Hides positions from the stack's own queries; makes the mask of the ids' positions, `[batch, 1, 1 or length, length]`. */
  hidingBias(positions: string): string;
  /** Of the decoder: what its queries read from the encoder. */
  readonly encoded?: Pick<T5AttentionInputs, 'memory' | 'bias'>;
}

/** A stack's last hidden state, after its normalisation, `[batch, length, hidden]`. */
export function emitT5Stack(
  weights: WeightSource,
  config: T5Config,
  prefix: string,
  name: 'encoder' | 'decoder',
  inputs: T5StackInputs,
): string {
  const { builder } = weights;
  const stack = `${prefix}${name}`;
  const norm = (path: string, x: string): string =>
    builder.scope(path, () => emitRmsNorm(weights, x, path, config.hiddenSize, config.rmsNormEpsilon));
  /** hidden + what a layer makes of the normalised hidden state. */
  const residual = (path: string, x: string, layer: (normalised: string) => string): string => {
    const branch = layer(norm(`${path}.layer_norm`, x));
    return builder.scope(path, () => builder.op('Add', [branch, x]));
  };
  const attention = (path: string, queries: string, { memory, bias }: Omit<T5AttentionInputs, 'queries'>): string =>
    emitT5Attention(weights, config, path, { queries, memory, bias });

  let hidden = builder.scope(stack, () =>
    builder.op('Gather', [emitEmbeddingTable(weights, config, prefix), inputs.ids]),
  );
  const bias = emitSelfAttentionBias(weights, config, stack, inputs);
  const numLayers = inputs.encoded ? config.numDecoderLayers : config.numEncoderLayers;
  for (let block = 0; block < numLayers; block++) {
    const layer = (index: number): string => `${stack}.block.${block}.layer.${index}`;
    hidden = residual(layer(0), hidden, (x) => attention(`${layer(0)}.SelfAttention`, x, { memory: x, bias }));
    const { encoded } = inputs;
    if (encoded) hidden = residual(layer(1), hidden, (x) => attention(`${layer(1)}.EncDecAttention`, x, encoded));
    const last = layer(encoded ? 2 : 1);
    hidden = residual(last, hidden, (x) => emitT5FeedForward(weights, config, `${last}.DenseReluDense`, x));
  }
  return norm(`${stack}.final_layer_norm`, hidden);
}

/** The table that both stacks look their tokens up in, and that `lm_head` is where it is tied. */
export function emitEmbeddingTable(weights: WeightSource, config: T5Config, prefix: string): string {
  return weights.weight(`${prefix}shared.weight`, [config.vocabSize, config.hiddenSize], {
    deviation: config.initializerFactor,
  });
}

/** Mask and relative positions together, `[batch, heads, length, length]`: the first block's table serves all. */
function emitSelfAttentionBias(
  weights: WeightSource,
  config: T5Config,
  stack: string,
  { ids, hidingBias, encoded }: T5StackInputs,
): string {
  const { builder } = weights;
  const { numHeads, numBuckets, maxDistance } = config;
  const module = `${stack}.block.0.layer.0.SelfAttention`;
  return builder.scope(module, () => {
    const positions = emitTokenPositions(builder, ids);
    const relative = { numBuckets, maxDistance, bidirectional: encoded === undefined };
    const table = `${module}.relative_attention_bias.weight`;
    const byDistance = emitRelativePositionBias(weights, positions, table, numHeads, relative);
    return builder.op('Add', [byDistance, hidingBias(positions)]);
  });
}
