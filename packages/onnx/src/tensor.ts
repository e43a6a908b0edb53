import { GuidedDropoutError } from '@guided-dropout/core';

/** Element types a tensor may have here, by their ONNX names in lower case. */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'uint32'
  | 'bool';

/** The array that holds each element type: half floats as raw 16 bits, booleans as bytes 0 and 1. */
export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  uint32: Uint32Array;
  bool: Uint8Array;
}

/** A dense tensor: `data` holds the elements of shape `dims` in row-major order. */
export interface Tensor<T extends DataType = DataType> {
  readonly dataType: T;
  readonly dims: readonly number[];
  readonly data: DataOf[T];
}

const constructors: { readonly [T in DataType]: new (length: number) => DataOf[T] } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  uint32: Uint32Array,
  bool: Uint8Array,
};

/** Whether a name is that of an element type tensors here can have. */
export function isDataType(name: string): name is DataType {
  return Object.hasOwn(constructors, name);
}

/** The typed-array constructor for an element type. */
export function arrayConstructor<T extends DataType>(dataType: T): new (length: number) => DataOf[T] {
  return constructors[dataType];
}

/** The number of elements of a shape; 1 for a scalar's empty shape. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * A tensor from its parts.
 *
 * @throws GuidedDropoutError `TENSOR_SHAPE` when the data's length is not the shape's element count.
 */
export function tensor<T extends DataType>(dataType: T, dims: readonly number[], data: DataOf[T]): Tensor<T> {
  if (data.length !== elementCount(dims)) {
    throw new GuidedDropoutError('TENSOR_SHAPE', {
      where: `tensor(${dataType}, [${dims.join(', ')}])`,
      expected: `${elementCount(dims)} elements`,
      received: `${data.length}`,
      fix: 'Pass data whose length is the product of the dimensions.',
    });
  }
  return { dataType, dims, data };
}

/** A tensor of zeros. */
export function zeros<T extends DataType>(dataType: T, dims: readonly number[]): Tensor<T> {
  return { dataType, dims, data: new constructors[dataType](elementCount(dims)) };
}

/** A float32 tensor from plain numbers. */
export function float32(dims: readonly number[], values: ArrayLike<number>): Tensor<'float32'> {
  return tensor('float32', dims, Float32Array.from(values));
}

/** An int64 tensor from plain integers. */
export function int64(dims: readonly number[], values: ArrayLike<number>): Tensor<'int64'> {
  return tensor('int64', dims, BigInt64Array.from(Array.from(values, BigInt)));
}

/** A float32 scalar, shape `[]`. */
export function scalar(value: number): Tensor<'float32'> {
  return float32([], [value]);
}
