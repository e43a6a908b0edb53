import { elementTypeCode } from '../protobuf/element-types.js';
import type { DataType } from '../tensor.js';

const dataTypes: readonly DataType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'uint32',
  'bool',
];

const byCode = new Map(dataTypes.map((dataType) => [elementTypeCode(dataType), dataType]));

/** The element type that a node's attribute (`to` of Cast) names by number; undefined for those tensors cannot have here. */
export function dataTypeOfCode(code: number): DataType | undefined {
  return byCode.get(code);
}
