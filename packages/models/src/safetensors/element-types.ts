import type { DataType } from '@guided-dropout/onnx';

/**
 * The format's names of the element types that tensors may have here, in the order in which the format's own library
 * lays tensors out: falling alignment, and within one a fixed order.
 */
const names: readonly (readonly [string, DataType])[] = [
  ['I64', 'int64'],
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
];

/** By the format's name. */
export const dataTypeOf: ReadonlyMap<string, DataType> = new Map(names);

/** The format's name and the place in its layout, by element type. */
export const formatTypeOf: ReadonlyMap<DataType, { readonly name: string; readonly rank: number }> = new Map(
  names.map(([name, dataType], rank) => [dataType, { name, rank }]),
);

/** Names that are valid in a file but have no tensors here. */
export const unsupportedTypes: ReadonlySet<string> = new Set([
  'U64',
  'U16',
  'C64',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E8M0',
  'F6_E2M3',
  'F6_E3M2',
  'F4',
]);
