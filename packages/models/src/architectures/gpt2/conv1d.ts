import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { InitialValue } from '../../checkpoint/initialisation.js';

/** y = x·W + b with W `[in, out]`, as GPT-2 alone stores it, and b `[out]`; x `[…, in]`. */
export function emitConv1d(
  weights: WeightSource,
  x: string,
  name: string,
  inSize: number,
  outSize: number,
  initial: InitialValue = 'normal',
): string {
  const { builder } = weights;
  const product = builder.op('MatMul', [x, weights.weight(`${name}.weight`, [inSize, outSize], initial)]);
  return builder.op('Add', [product, weights.weight(`${name}.bias`, [outSize], 'zeros')]);
}
