import { ints, type GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';

/** y = x·Wᵀ + b with W `[out, in]` and b `[out]` under `name.weight` and `name.bias`; x `[…, in]`. */
export function emitLinear(weights: WeightSource, x: string, name: string, inSize: number, outSize: number): string {
  return emitAffine(
    weights.builder,
    x,
    weights.weight(`${name}.weight`, [outSize, inSize], 'normal'),
    weights.weight(`${name}.bias`, [outSize], 'zeros'),
  );
}

/** y = x·Wᵀ + b of values that are there. */
export function emitAffine(builder: GraphBuilder, x: string, weight: string, bias: string): string {
  return builder.op('Add', [emitProjection(builder, x, weight), bias]);
}

/** y = x·Wᵀ; W is stored as Hugging Face does, and ONNX Runtime fuses the transpose into the product. */
export function emitProjection(builder: GraphBuilder, x: string, weight: string): string {
  return builder.op('MatMul', [x, builder.op('Transpose', [weight], { perm: ints([1, 0]) })]);
}
