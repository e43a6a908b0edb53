import { onnxError } from './onnx-error.js';

/** An int64 of a file as a number where that is exact, else as it is. */
export function integerOf(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * A size, count or version of a file: an int64 that must be a safe integer of at least `least`.
 *
 * @throws GuidedDropoutError `ONNX_INVALID`.
 */
export function naturalOf(value: bigint | undefined, least: 0 | 1, where: string): number {
  const number = Number(value);
  if (value !== undefined && Number.isSafeInteger(number) && number >= least) return number;
  throw onnxError('ONNX_INVALID', where, `an integer from ${least} to 2^53-1`, String(value ?? 'none'));
}

/**
 * An integer as the int64 that goes into a file.
 *
 * @throws GuidedDropoutError `ONNX_INVALID` when it is not an integer of 64 bits.
 */
export function int64Of(value: number | bigint, where: string): bigint {
  if (typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)) {
    return BigInt(value);
  }
  throw onnxError('ONNX_INVALID', where, 'a safe integer, or a bigint of 64 bits', String(value), 'Pass such a value.');
}
