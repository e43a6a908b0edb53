import type { DataType } from '../tensor.js';
import { onnxError } from './onnx-error.js';

/** The numbers of TensorProto.DataType for the element types a tensor may have here. */
const codes: { readonly [T in DataType]: number } = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  bfloat16: 16,
};

const dataTypes = new Map(Object.entries(codes).map(([dataType, code]) => [code, dataType as DataType]));

/** The other numbers of TensorProto.DataType, for messages. */
const unsupported = new Map([
  [0, 'no element type'],
  [4, 'uint16'],
  [8, 'string'],
  [13, 'uint64'],
  [14, 'complex64'],
  [15, 'complex128'],
  [17, 'float8e4m3fn'],
  [18, 'float8e4m3fnuz'],
  [19, 'float8e5m2'],
  [20, 'float8e5m2fnuz'],
  [21, 'uint4'],
  [22, 'int4'],
  [23, 'float4e2m1'],
  [24, 'float8e8m0'],
  [25, 'uint2'],
  [26, 'int2'],
]);

/** The number that stands for an element type in a file. */
export function elementTypeCode(dataType: DataType): number {
  return codes[dataType];
}

/** The element type that a number stands for, also in a node's attribute (`to` of Cast); undefined for other numbers. */
export function dataTypeOfCode(code: number): DataType | undefined {
  return dataTypes.get(code);
}

/**
 * The element type that a number in a file stands for.
 *
 * @throws GuidedDropoutError `ONNX_UNSUPPORTED` for the types that a tensor cannot have here.
 */
export function elementType(code: number | undefined, where: string): DataType {
  const dataType = dataTypeOfCode(code ?? 0);
  if (dataType !== undefined) return dataType;
  throw onnxError(
    'ONNX_UNSUPPORTED',
    where,
    `one of the element types ${Object.keys(codes).join(', ')}`,
    unsupported.get(code ?? 0) ?? `element type ${code}`,
    'Export the model with its types inferred and with one of these types, e.g. float32, not quantised.',
  );
}
