import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitLinear, emitProjection } from '../shared/linear.js';

/** y = x·Wᵀ, and + b where the configuration has biases there; W `[out, in]`, x `[…, in]`. */
export function emitOptionallyBiased(
  weights: WeightSource,
  x: string,
  name: string,
  inSize: number,
  outSize: number,
  hasBias: boolean,
): string {
  if (hasBias) return emitLinear(weights, x, name, inSize, outSize);
  return emitProjection(weights.builder, x, weights.weight(`${name}.weight`, [outSize, inSize], 'normal'));
}
