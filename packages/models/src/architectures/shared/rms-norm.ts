import { int } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';

/**
 * w · x / √(mean(x²) + ε) over the last axis, of `size` elements, with w under `name.weight` (Zhang & Sennrich, 2019):
 * neither mean nor bias. In primitive operators, for opset 18 has none for it.
 */
export function emitRmsNorm(weights: WeightSource, x: string, name: string, size: number, epsilon: number): string {
  const { builder } = weights;
  const meanSquare = builder.op('ReduceMean', [builder.op('Mul', [x, x]), builder.integers([-1])], {
    keepdims: int(1),
  });
  const root = builder.op('Sqrt', [builder.op('Add', [meanSquare, builder.number(epsilon, 'float32')])]);
  const normalised = builder.op('Mul', [x, builder.op('Reciprocal', [root])]);
  return builder.op('Mul', [normalised, weights.weight(`${name}.weight`, [size], 'ones')]);
}
