import { float, int } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';

/** Layer normalisation over the last axis, of `size` elements, with `name.weight` and `name.bias`. */
export function emitLayerNorm(weights: WeightSource, x: string, name: string, size: number, epsilon: number): string {
  const scale = weights.weight(`${name}.weight`, [size], 'ones');
  const bias = weights.weight(`${name}.bias`, [size], 'zeros');
  return weights.builder.op('LayerNormalization', [x, scale, bias], { axis: int(-1), epsilon: float(epsilon) });
}
