import type { WeightSource } from '../../checkpoint/weight-source.js';
import { activations } from '../shared/activation.js';
import { emitProjection } from '../shared/linear.js';
import type { T5Config } from './config.js';

/**
 * W_o·relu(W_i·x) of version 1.0, W_o·(gelu(W_i0·x) ∘ W_i1·x) of 1.1 (Shazeer, 2020, eq. 6); `[batch, length, hidden]`.
 * `gated-gelu` means the tanh approximation: the published checkpoints were trained with it.
 */
export function emitT5FeedForward(weights: WeightSource, config: T5Config, module: string, x: string): string {
  const { builder } = weights;
  const { hiddenSize, innerSize } = config;
  return builder.scope(module, () => {
    const widen = (name: string): string =>
      emitProjection(builder, x, weights.weight(`${module}.${name}.weight`, [innerSize, hiddenSize], 'normal'));
    const inner = config.gated
      ? builder.op('Mul', [activations.gelu_new(builder, widen('wi_0')), widen('wi_1')])
      : activations.relu(builder, widen('wi'));
    const output = weights.weight(`${module}.wo.weight`, [hiddenSize, innerSize], {
      deviation: config.initializerFactor / Math.sqrt(innerSize),
    });
    return emitProjection(builder, inner, output);
  });
}
