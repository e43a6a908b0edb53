import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { LlamaConfig } from './config.js';
import { emitOptionallyBiased } from './linear.js';

/** W_down · (silu(W_gate · x) ∘ W_up · x) with silu(x) = x·σ(x) (Shazeer, 2020, eq. 6); `[batch, length, hidden]`. */
export function emitSwiGlu(weights: WeightSource, config: LlamaConfig, module: string, x: string): string {
  const { builder } = weights;
  const { hiddenSize, intermediateSize, mlpBias } = config;
  return builder.scope(module, () => {
    const gate = emitOptionallyBiased(weights, x, `${module}.gate_proj`, hiddenSize, intermediateSize, mlpBias);
    const up = emitOptionallyBiased(weights, x, `${module}.up_proj`, hiddenSize, intermediateSize, mlpBias);
    const gated = builder.op('Mul', [builder.op('Mul', [gate, builder.op('Sigmoid', [gate])]), up]);
    return emitOptionallyBiased(weights, gated, `${module}.down_proj`, intermediateSize, hiddenSize, mlpBias);
  });
}
