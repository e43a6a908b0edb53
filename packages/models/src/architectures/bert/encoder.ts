import { float, int, ints, type GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { BertConfig } from './config.js';

/** The lowest float32: added to a score it hides a position, without the NaN that −∞ gives a fully hidden row. */
const LOWEST = -3.4028234663852886e38;

/** y = x·Wᵀ + b with W `[out, in]` and b `[out]` under `name.weight` and `name.bias`; x `[…, in]`. */
export function emitLinear(weights: WeightSource, x: string, name: string, inSize: number, outSize: number): string {
  return emitAffine(
    weights.builder,
    x,
    weights.weight(`${name}.weight`, [outSize, inSize], 'normal'),
    weights.weight(`${name}.bias`, [outSize], 'zeros'),
  );
}

/** y = x·Wᵀ + b; W is stored as Hugging Face does, and ONNX Runtime fuses the transpose into the product. */
export function emitAffine(builder: GraphBuilder, x: string, weight: string, bias: string): string {
  const transposed = builder.op('Transpose', [weight], { perm: ints([1, 0]) });
  return builder.op('Add', [builder.op('MatMul', [x, transposed]), bias]);
}

/** Layer normalisation over the hidden axis with `name.weight` and `name.bias`. */
export function emitLayerNorm(weights: WeightSource, x: string, name: string, config: BertConfig): string {
  const scale = weights.weight(`${name}.weight`, [config.hiddenSize], 'ones');
  const bias = weights.weight(`${name}.bias`, [config.hiddenSize], 'zeros');
  return weights.builder.op('LayerNormalization', [x, scale, bias], {
    axis: int(-1),
    epsilon: float(config.layerNormEpsilon),
  });
}

/** gelu(x) = x·Φ(x) with the exact normal distribution function (Hendrycks & Gimpel, 2016). */
export function emitGelu(builder: GraphBuilder, x: string): string {
  const erf = builder.op('Erf', [builder.op('Mul', [x, builder.number(Math.SQRT1_2, 'float32')])]);
  const phi = builder.op('Mul', [
    builder.op('Add', [erf, builder.number(1, 'float32')]),
    builder.number(0.5, 'float32'),
  ]);
  return builder.op('Mul', [x, phi]);
}

/** The encoder's last hidden state, `[batch, length, hidden]`. Declares the graph's inputs. */
export function emitBertEncoder(weights: WeightSource, config: BertConfig): string {
  const { builder } = weights;
  const ids = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const types = builder.input('token_type_ids', 'int64', ['batch', 'length']);
  let hidden = builder.scope('bert.embeddings', () => emitEmbeddings(weights, config, ids, types));
  const hidingBias = builder.scope('bert', () => emitHidingBias(builder, mask));
  for (let layer = 0; layer < config.numLayers; layer++) {
    const module = `bert.encoder.layer.${layer}`;
    const attended = builder.scope(`${module}.attention`, () =>
      emitAttention(weights, config, module, hidden, hidingBias),
    );
    hidden = builder.scope(module, () => emitFeedForward(weights, config, module, attended));
  }
  return hidden;
}

function emitEmbeddings(weights: WeightSource, config: BertConfig, ids: string, types: string): string {
  const { builder } = weights;
  const table = (name: string, rows: number): string =>
    weights.weight(`bert.embeddings.${name}.weight`, [rows, config.hiddenSize], 'normal');
  const words = builder.op('Gather', [table('word_embeddings', config.vocabSize), ids]);
  // Positions get a row each per example, though all rows are alike: gradients then stay apart by example.
  const shape = builder.op('Shape', [ids]);
  const length = builder.op('Squeeze', [builder.op('Shape', [ids], { start: int(1), end: int(2) })]);
  const constant = (value: bigint): string =>
    builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(value) });
  const row = builder.op('Range', [constant(0n), length, constant(1n)]);
  const positionIds = builder.op('Expand', [row, shape]);
  const positions = builder.op('Gather', [table('position_embeddings', config.maxPositions), positionIds]);
  const segments = builder.op('Gather', [table('token_type_embeddings', config.typeVocabSize), types]);
  const sum = builder.op('Add', [builder.op('Add', [words, segments]), positions]);
  return emitLayerNorm(weights, sum, 'bert.embeddings.LayerNorm', config);
}

/** 0 where a position may be attended to, {@link LOWEST} where not; `[batch, 1, 1, length]`. */
function emitHidingBias(builder: GraphBuilder, mask: string): string {
  const visible = builder.op('Cast', [builder.op('Unsqueeze', [mask, builder.integers([1, 2])])], { to: int(1) });
  const hidden = builder.op('Sub', [builder.number(1, 'float32'), visible]);
  return builder.op('Mul', [hidden, builder.number(LOWEST, 'float32')]);
}

function emitAttention(
  weights: WeightSource,
  config: BertConfig,
  module: string,
  hidden: string,
  hidingBias: string,
): string {
  const { builder } = weights;
  const { hiddenSize, numHeads } = config;
  const headSize = hiddenSize / numHeads;
  const heads = (name: string, perm: readonly number[]): string => {
    const projected = emitLinear(weights, hidden, `${module}.attention.self.${name}`, hiddenSize, hiddenSize);
    const split = builder.op('Reshape', [projected, builder.integers([0, 0, numHeads, headSize])]);
    return builder.op('Transpose', [split], { perm: ints(perm) });
  };
  const products = builder.op('MatMul', [heads('query', [0, 2, 1, 3]), heads('key', [0, 2, 3, 1])]);
  const scaled = builder.op('Mul', [products, builder.number(1 / Math.sqrt(headSize), 'float32')]);
  const probabilities = builder.op('Softmax', [builder.op('Add', [scaled, hidingBias])], { axis: int(-1) });
  const context = builder.op('MatMul', [probabilities, heads('value', [0, 2, 1, 3])]);
  const merged = builder.op('Reshape', [
    builder.op('Transpose', [context], { perm: ints([0, 2, 1, 3]) }),
    builder.integers([0, 0, hiddenSize]),
  ]);
  const output = emitLinear(weights, merged, `${module}.attention.output.dense`, hiddenSize, hiddenSize);
  return emitLayerNorm(weights, builder.op('Add', [output, hidden]), `${module}.attention.output.LayerNorm`, config);
}

function emitFeedForward(weights: WeightSource, config: BertConfig, module: string, hidden: string): string {
  const { builder } = weights;
  const { hiddenSize, intermediateSize } = config;
  const inner = emitLinear(weights, hidden, `${module}.intermediate.dense`, hiddenSize, intermediateSize);
  const activated = emitGelu(builder, inner);
  const output = emitLinear(weights, activated, `${module}.output.dense`, intermediateSize, hiddenSize);
  return emitLayerNorm(weights, builder.op('Add', [output, hidden]), `${module}.output.LayerNorm`, config);
}
