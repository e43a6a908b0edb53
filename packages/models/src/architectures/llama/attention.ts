import { ints, type GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitAttention, emitMergeHeads } from '../shared/attention.js';
import { emitRotated, type Rotation } from '../shared/rotary-embedding.js';
import type { LlamaConfig } from './config.js';
import { emitOptionallyBiased } from './linear.js';

/**
 * Attention of rotated queries and keys, several heads of queries to one of keys and values (Ainslie et al., 2023).
 *
 * @param x `[batch, length, hidden]`, as the result.
 */
export function emitLlamaAttention(
  weights: WeightSource,
  config: LlamaConfig,
  module: string,
  x: string,
  rotation: Rotation,
  hidingBias: string,
): string {
  const { builder } = weights;
  const { hiddenSize, numHeads, numKeyHeads, headSize, projectionBias } = config;
  const width = numHeads * headSize;
  const project = (name: string, count: number): string => {
    const y = emitOptionallyBiased(weights, x, `${module}.${name}`, hiddenSize, count * headSize, projectionBias);
    return builder.op('Reshape', [y, builder.integers([0, 0, count, headSize])]);
  };
  const forEachQuery = (heads: string): string =>
    numHeads === numKeyHeads ? heads : emitRepeatedHeads(builder, heads, numHeads / numKeyHeads, numHeads, headSize);
  const arranged = (heads: string, perm: readonly number[]): string =>
    builder.op('Transpose', [heads], { perm: ints(perm) });
  return builder.scope(module, () => {
    const queries = emitRotated(builder, project('q_proj', numHeads), rotation);
    const keys = forEachQuery(emitRotated(builder, project('k_proj', numKeyHeads), rotation));
    const values = forEachQuery(project('v_proj', numKeyHeads));
    const context = emitAttention(builder, {
      queries: arranged(queries, [0, 2, 1, 3]),
      keys: arranged(keys, [0, 2, 3, 1]),
      values: arranged(values, [0, 2, 1, 3]),
      scale: 1 / Math.sqrt(headSize),
      biases: [hidingBias],
    });
    const merged = emitMergeHeads(builder, context, width);
    return emitOptionallyBiased(weights, merged, `${module}.o_proj`, width, hiddenSize, config.outputBias);
  });
}

/** Each head `times` over, side by side: `[batch, length, heads / times, headSize]` → `[batch, length, heads, headSize]`. */
function emitRepeatedHeads(
  builder: GraphBuilder,
  x: string,
  times: number,
  numHeads: number,
  headSize: number,
): string {
  const apart = builder.op('Unsqueeze', [x, builder.integers([3])]);
  const repeated = builder.op('Expand', [apart, builder.integers([1, 1, 1, times, 1])]);
  return builder.op('Reshape', [repeated, builder.integers([0, 0, numHeads, headSize])]);
}
