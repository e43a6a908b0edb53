import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { InitialValue } from '../../checkpoint/initialisation.js';
import { emitAttention, emitMergeHeads, emitSplitHeads, emitSplitKeys } from '../shared/attention.js';
import { emitProjection } from '../shared/linear.js';
import type { T5Config } from './config.js';

/** What an attention layer reads. */
export interface T5AttentionInputs {
  /** `[batch, query, hidden]`. */
  readonly queries: string;
  /** What keys and values are made of, `[batch, key, hidden]`. */
  readonly memory: string;
  /** Added to the scores; broadcasts to `[batch, heads, query, key]`. */
  readonly bias: string;
}

/**
 * Attention without biases in its layers, `[batch, query, hidden]`. Scores are not divided by √headSize: instead
 * T5 draws the queries' weights smaller by that.
 */
export function emitT5Attention(
  weights: WeightSource,
  config: T5Config,
  module: string,
  { queries, memory, bias }: T5AttentionInputs,
): string {
  const { builder } = weights;
  const { hiddenSize, numHeads, headSize, initializerFactor } = config;
  const width = numHeads * headSize;
  return builder.scope(module, () => {
    const project = (x: string, name: string, initial: InitialValue): string =>
      emitProjection(builder, x, weights.weight(`${module}.${name}.weight`, [width, hiddenSize], initial));
    const query = project(queries, 'q', { deviation: initializerFactor / Math.sqrt(hiddenSize * headSize) });
    const context = emitAttention(builder, {
      queries: emitSplitHeads(builder, query, numHeads, headSize),
      keys: emitSplitKeys(builder, project(memory, 'k', 'normal'), numHeads, headSize),
      values: emitSplitHeads(builder, project(memory, 'v', 'normal'), numHeads, headSize),
      biases: [bias],
    });
    const output = weights.weight(`${module}.o.weight`, [hiddenSize, width], {
      deviation: initializerFactor / Math.sqrt(width),
    });
    return emitProjection(builder, emitMergeHeads(builder, context, width), output);
  });
}
