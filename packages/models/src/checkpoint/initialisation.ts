import { GuidedDropoutError, Random } from '@guided-dropout/core';
import { tensor, type Tensor } from '@guided-dropout/onnx';

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

/** Elements of the largest new parameter, 8 GiB: more than models on one machine need, and within a typed array. */
const MAXIMUM_ELEMENTS = 2 ** 31;

/**
 * The first value of a parameter; each draws its own sequence, whichever others are drawn.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` where it would have more than 2³¹ elements.
 */
export function initialTensor(
  parameter: string,
  dims: readonly number[],
  initial: InitialValue,
  { seed, deviation: usual }: Initialisation,
): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size > MAXIMUM_ELEMENTS) throw tooLarge(parameter, dims);
  const data = new Float32Array(size);
  if (initial === 'ones') data.fill(1);
  if (initial === 'normal' || typeof initial === 'object') {
    const deviation = initial === 'normal' ? usual : initial.deviation;
    const random = new Random(seed).fork(parameter);
    for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
  }
  return tensor('float32', dims, data);
}

function tooLarge(parameter: string, dims: readonly number[]): GuidedDropoutError {
  return new GuidedDropoutError('MODEL_CONFIG', {
    where: `new parameter '${parameter}'`,
    expected: `at most ${MAXIMUM_ELEMENTS} elements`,
    received: `shape [${dims.join(', ')}]`,
    fix: 'Choose a smaller vocabulary or smaller layers in the configuration.',
  });
}
