import { readInt } from '../attributes.js';
import type { Node } from '../graph.js';
import { arrayConstructor, float32, int64, tensor, type DataType, type Tensor } from '../tensor.js';
import { integersOf } from './known-type.js';
import { dataTypeOfCode } from '../protobuf/element-types.js';

/** Integer constants up to this many elements are folded: axes, starts, shapes, not tables. */
const FOLDING_LIMIT = 64;

const integerTypes: ReadonlySet<DataType> = new Set(['int64', 'int32', 'int16', 'int8', 'uint8', 'uint32', 'bool']);

/**
 * The value of a node that can be known before the graph runs: a Constant, and the chains of Unsqueeze, Squeeze, Concat
 * and Cast by which TorchScript writes axes, starts and shapes. Undefined for every other node.
 */
export function foldedConstant(node: Node, constant: (value: string) => Tensor | undefined): Tensor | undefined {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Constant') return valueOfConstant(node);
  const inputs = node.inputs.map(constant);
  const [data, axes] = inputs;
  if (data === undefined || !inputs.every(isSmallInteger)) return undefined;
  switch (node.opType) {
    case 'Cast':
      return cast(data, dataTypeOfCode(readInt(node, 'to', 0)));
    case 'Squeeze':
    case 'Unsqueeze':
      return withUnitAxes(node.opType, data, axes);
    case 'Concat':
      return concatenated(inputs as Tensor[]);
    default:
      return undefined;
  }
}

function valueOfConstant(node: Node): Tensor | undefined {
  const { value, value_int, value_ints, value_float, value_floats } = node.attributes;
  if (value?.type === 'tensor') return value.value;
  if (value_int?.type === 'int') return tensor('int64', [], BigInt64Array.of(BigInt(value_int.value)));
  if (value_ints?.type === 'ints') {
    return tensor('int64', [value_ints.value.length], BigInt64Array.from(value_ints.value, BigInt));
  }
  if (value_float?.type === 'float') return float32([], [value_float.value]);
  if (value_floats?.type === 'floats') return float32([value_floats.value.length], value_floats.value);
  return undefined;
}

function isSmallInteger(value: Tensor | undefined): boolean {
  return value !== undefined && integerTypes.has(value.dataType) && value.data.length <= FOLDING_LIMIT;
}

function cast(data: Tensor, to: DataType | undefined): Tensor | undefined {
  if (to === undefined || !integerTypes.has(to)) return undefined;
  if (to === data.dataType) return data;
  const values = integersOf(data);
  if (to === 'int64') return int64(data.dims, values);
  if (to === 'bool')
    return tensor(
      'bool',
      data.dims,
      Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
    );
  // Typed arrays keep the low bits, as kernels do.
  const folded = new (arrayConstructor(to))(values.length) as Int32Array;
  folded.set(values);
  return { dataType: to, dims: data.dims, data: folded };
}

function withUnitAxes(opType: string, data: Tensor, axesInput: Tensor | undefined): Tensor | undefined {
  if (axesInput === undefined) {
    return opType === 'Squeeze' ? { ...data, dims: data.dims.filter((dim) => dim !== 1) } : undefined;
  }
  const axes = integersOf(axesInput);
  const rank = opType === 'Unsqueeze' ? data.dims.length + axes.length : data.dims.length;
  const at = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (opType === 'Squeeze') return { ...data, dims: data.dims.filter((_, axis) => !at.has(axis)) };
  const rest = [...data.dims];
  return { ...data, dims: Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : rest.shift()!)) };
}

/** Vectors only: what else is concatenated is no list of axes or sizes. */
function concatenated(parts: readonly Tensor[]): Tensor | undefined {
  const dataType = parts[0]!.dataType;
  if (parts.some((part) => part.dims.length !== 1 || part.dataType !== dataType)) return undefined;
  const length = parts.reduce((sum, part) => sum + part.data.length, 0);
  if (length > FOLDING_LIMIT) return undefined;
  const data = new (arrayConstructor(dataType))(length) as BigInt64Array;
  let offset = 0;
  for (const part of parts) {
    data.set(part.data as BigInt64Array, offset);
    offset += part.data.length;
  }
  return { dataType, dims: [length], data };
}
