import { bytesPerElement, tensorFromBytes } from '../tensor-bytes.js';
import { arrayConstructor, elementCount, type DataType, type Tensor } from '../tensor.js';
import { elementType } from './element-types.js';
import type { ExternalData } from './external-data.js';
import { naturalOf } from './integers.js';
import { onnxError, shapeText } from './onnx-error.js';
import type { TensorProto } from './onnx-messages.js';

type TypedField = 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';

/** Which typed field holds the elements of a type when `raw_data` does not. */
const typedFieldOf: { readonly [T in DataType]: TypedField } = {
  float32: 'floatData',
  float64: 'doubleData',
  int64: 'int64Data',
  uint32: 'uint64Data',
  int32: 'int32Data',
  int16: 'int32Data',
  int8: 'int32Data',
  uint8: 'int32Data',
  bool: 'int32Data',
  float16: 'int32Data',
  bfloat16: 'int32Data',
};
const typedFields = [...new Set(Object.values(typedFieldOf))];

/**
 * A tensor of a file. Raw data is viewed where its alignment allows, else copied.
 *
 * @throws GuidedDropoutError `ONNX_INVALID`, `ONNX_UNSUPPORTED`, `ONNX_EXTERNAL_DATA`.
 */
export function tensorFromProto(proto: TensorProto, where: string, external: ExternalData): Tensor {
  const dataType = elementType(proto.dataType, where);
  const dims = Array.from(proto.dims, (dim) => naturalOf(dim, 0, `${where}, dims`));
  const byteLength = elementCount(dims) * bytesPerElement(dataType);
  if (!Number.isSafeInteger(byteLength)) {
    throw onnxError('ONNX_INVALID', `${where}, dims`, 'fewer than 2^53 bytes', shapeText(dims));
  }
  if (proto.segment !== undefined) {
    throw onnxError('ONNX_UNSUPPORTED', where, 'a tensor in one piece', 'a segment of one');
  }
  assertOneSource(proto, dataType, where);
  if (proto.dataLocation === 1) return fromRaw(external.bytes(proto.externalData, byteLength, where));
  if (proto.rawData !== undefined) return fromRaw(proto.rawData);
  return fromTyped(proto[typedFieldOf[dataType]], dataType, dims, where);

  function fromRaw(bytes: Uint8Array): Tensor {
    assertCount(bytes.length, byteLength, `bytes by its type (${dataType}) and shape ${shapeText(dims)}`, where);
    if (dataType === 'bool') assertBooleans(bytes, where);
    return tensorFromBytes(dataType, dims, bytes);
  }
}

function fromTyped(
  numbers: TensorProto[TypedField],
  dataType: DataType,
  dims: readonly number[],
  where: string,
): Tensor {
  assertCount(numbers.length, elementCount(dims), `elements by its shape ${shapeText(dims)}`, where);
  if (numbers instanceof arrayConstructor(dataType)) return { dataType, dims, data: numbers };
  const data = new (arrayConstructor(dataType))(numbers.length) as Exclude<Tensor['data'], BigInt64Array>;
  for (let i = 0; i < numbers.length; i++) {
    const value = Number(numbers[i]);
    data[i] = value;
    if (data[i] !== value) {
      throw onnxError('ONNX_INVALID', `${where}, element ${i}`, `a value of ${dataType}`, `${value}`);
    }
  }
  if (dataType === 'bool') assertBooleans(data, where);
  return { dataType, dims, data };
}

function assertBooleans(values: ArrayLike<number>, where: string): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > 1) throw onnxError('ONNX_INVALID', `${where}, element ${i}`, 'a boolean, 0 or 1', `${values[i]}`);
  }
}

function assertOneSource(proto: TensorProto, dataType: DataType, where: string): void {
  const typed = typedFields.filter((field) => proto[field].length > 0);
  const elsewhere = proto.dataLocation === 1 || proto.rawData !== undefined;
  const stray = typed.find((field) => elsewhere || field !== typedFieldOf[dataType]);
  if (stray !== undefined) {
    const expected = `the elements in one place, for ${dataType} raw data or ${typedFieldOf[dataType]}`;
    throw onnxError('ONNX_INVALID', where, expected, `numbers in ${stray}`);
  }
  if (proto.dataLocation === 1 && proto.rawData !== undefined) {
    throw onnxError('ONNX_INVALID', where, 'the elements in one place', 'raw data and external data');
  }
}

function assertCount(received: number, expected: number, what: string, where: string): void {
  if (received === expected) return;
  throw onnxError('ONNX_INVALID', where, `${expected} ${what}`, `${received}`, 'Download or export the file again.');
}
