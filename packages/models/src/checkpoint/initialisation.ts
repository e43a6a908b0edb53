import { Random } from '@guided-dropout/core';
import { elementCount, tensor, type Tensor } from '@guided-dropout/onnx';

/**
 * How a new parameter begins: N(0, deviation²) with the model's standard deviation or one of its own, all zeros (biases)
 * or all ones (scales of normalisation).
 */
export type InitialValue = 'normal' | 'zeros' | 'ones' | { readonly deviation: number };

/** Which parameters may be missing from a checkpoint, and how they are then drawn. */
export interface Initialisation {
  readonly seed: number;
  /** Standard deviation of `normal` values. */
  readonly deviation: number;
  readonly mayBeMissing: (parameter: string) => boolean;
}

/** The first value of a parameter; each draws its own sequence, whichever others are drawn. */
export function initialTensor(
  parameter: string,
  dims: readonly number[],
  initial: InitialValue,
  { seed, deviation: usual }: Initialisation,
): Tensor {
  const data = new Float32Array(elementCount(dims));
  if (initial === 'ones') data.fill(1);
  if (initial === 'normal' || typeof initial === 'object') {
    const deviation = initial === 'normal' ? usual : initial.deviation;
    const random = new Random(seed).fork(parameter);
    for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
  }
  return tensor('float32', dims, data);
}
