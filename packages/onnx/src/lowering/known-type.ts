import { readInt, readInts } from '../attributes.js';
import type { Node, ValueInfo } from '../graph.js';
import type { DataType, Tensor } from '../tensor.js';
import { dataTypeOfCode } from '../protobuf/element-types.js';

/** What is known of a value without running the graph; a dimension that varies or is not known is undefined. */
export interface KnownType {
  readonly dataType: DataType | undefined;
  readonly dims: Dims | undefined;
}

type Dims = readonly (number | undefined)[];

/** What the inference of one node's outputs may look up. */
export interface KnownValues {
  type(value: string): KnownType;
  constant(value: string): Tensor | undefined;
}

/** Nothing is known. */
export const unknownType: KnownType = { dataType: undefined, dims: undefined };

const unary =
  'Abs Ceil Clip Cos CumSum Dropout Elu Erf Exp Floor Identity LayerNormalization LeakyRelu Log LogSoftmax Neg ' +
  'Reciprocal Relu Round ScatterElements ScatterND Sigmoid Sign Sin Softmax Softplus Sqrt Tanh Trilu';
const sameAsFirst: ReadonlySet<string> = new Set(unary.split(' '));
const broadcasting: ReadonlySet<string> = new Set('Add Div Max Mean Min Mod Mul Pow Sub Sum'.split(' '));
const predicates: ReadonlySet<string> = new Set(
  'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor'.split(' '),
);

/** The type a graph's description of a value gives. */
export function typeOfInfo(info: ValueInfo): KnownType {
  return {
    dataType: info.dataType,
    dims: info.dims?.map((dim) => (typeof dim === 'number' ? dim : undefined)),
  };
}

/** Values of an integer tensor. */
export function integersOf(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/**
 * The type of a node's output `index`, as far as the operator tells. This is no shape inference: it follows a value
 * from the graph's inputs and weights through the operators of transformers, so that a lowering can tell a boolean mask
 * from an additive one and `[batch, length, hidden]` from `[batch, heads, length, headSize]`.
 */
export function inferType(node: Node, index: number, known: KnownValues): KnownType {
  if (node.domain !== '') return unknownType;
  const of = (input: number): KnownType => known.type(node.inputs[input] ?? '');
  const first = of(0);
  const { opType } = node;
  if (index > 0 && opType !== 'Split') return unknownType;
  if (sameAsFirst.has(opType)) return first;
  const all = node.inputs.map(known.type);
  if (broadcasting.has(opType)) return { dataType: first.dataType, dims: broadcast(all) };
  if (predicates.has(opType)) return { dataType: 'bool', dims: broadcast(all) };
  if (opType.startsWith('Reduce')) return { dataType: first.dataType, dims: reducedDims(node, first.dims, known) };
  switch (opType) {
    case 'Cast':
      return { dataType: dataTypeOfCode(readInt(node, 'to', 0)), dims: first.dims };
    case 'CastLike':
      return { dataType: of(1).dataType, dims: first.dims };
    case 'Where':
      return { dataType: of(1).dataType, dims: broadcast(all) };
    case 'Shape':
      return { dataType: 'int64', dims: [shapeLength(node, first.dims)] };
    case 'Range':
      return { dataType: first.dataType, dims: [undefined] };
    case 'ConstantOfShape': {
      const value = node.attributes['value'];
      return {
        dataType: value?.type === 'tensor' ? value.value.dataType : 'float32',
        dims: dimsFromShape(node.inputs[0] ?? '', undefined, known),
      };
    }
    case 'Gather':
      return { dataType: first.dataType, dims: gatheredDims(node, first.dims, of(1).dims) };
    case 'GatherElements':
      return { dataType: first.dataType, dims: of(1).dims };
    case 'MatMul':
      return { dataType: first.dataType, dims: productDims(first.dims, of(1).dims) };
    case 'Gemm':
      return { dataType: first.dataType, dims: [undefined, undefined] };
    case 'Reshape':
      // With allowzero a 0 in the shape is a size of 0; such values are not followed further.
      if (readInt(node, 'allowzero', 0) === 1) return { dataType: first.dataType, dims: undefined };
      return { dataType: first.dataType, dims: dimsFromShape(node.inputs[1] ?? '', first.dims, known) };
    case 'Expand': {
      const target = dimsFromShape(node.inputs[1] ?? '', undefined, known);
      return { dataType: first.dataType, dims: broadcast([first, { dataType: undefined, dims: target }]) };
    }
    case 'Transpose': {
      const perm = readInts(node, 'perm') ?? first.dims?.map((_, axis) => first.dims!.length - 1 - axis);
      return { dataType: first.dataType, dims: perm?.map((axis) => first.dims?.[axis]) };
    }
    case 'Concat':
      return { dataType: first.dataType, dims: concatenatedDims(readInt(node, 'axis', 0), all) };
    case 'Unsqueeze':
    case 'Squeeze':
      return { dataType: first.dataType, dims: squeezedDims(node, first.dims, known) };
    case 'Split':
      return { dataType: first.dataType, dims: splitDims(node, first.dims) };
    case 'Slice':
      return { dataType: first.dataType, dims: slicedDims(node, first.dims, known) };
    case 'Pad':
      return { dataType: first.dataType, dims: first.dims?.map(() => undefined) };
    default:
      return unknownType;
  }
}

function broadcast(types: readonly KnownType[]): Dims | undefined {
  let result: Dims = [];
  for (const { dims } of types) {
    if (dims === undefined) return undefined;
    const rank = Math.max(result.length, dims.length);
    const before = result;
    result = Array.from({ length: rank }, (_, axis) => {
      const a = dimFromEnd(before, rank - axis);
      const b = dimFromEnd(dims, rank - axis);
      // A size other than 1 wins; two sizes that are not known may be 1 each.
      if (a !== undefined && a !== 1) return a;
      return b === 1 ? a : b === undefined ? undefined : b;
    });
  }
  return result;
}

/** The dimension at a distance from the end, 1 for the last; 1 where the value has fewer. */
function dimFromEnd(dims: Dims, distance: number): number | undefined {
  return distance > dims.length ? 1 : dims[dims.length - distance];
}

function reducedDims(node: Node, dims: Dims | undefined, known: KnownValues): Dims | undefined {
  const keep = readInt(node, 'keepdims', 1) === 1;
  const axesInput = node.inputs[1] ?? '';
  const axesTensor = axesInput === '' ? undefined : known.constant(axesInput);
  if (dims === undefined || (axesInput !== '' && axesTensor === undefined)) return undefined;
  if (axesTensor === undefined) {
    if (readInt(node, 'noop_with_empty_axes', 0) === 1) return dims;
    return keep ? dims.map(() => 1) : [];
  }
  const axes = new Set(integersOf(axesTensor).map((axis) => (axis < 0 ? axis + dims.length : axis)));
  return keep ? dims.map((dim, axis) => (axes.has(axis) ? 1 : dim)) : dims.filter((_, axis) => !axes.has(axis));
}

function shapeLength(node: Node, dims: Dims | undefined): number | undefined {
  if (dims === undefined) return undefined;
  const place = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + dims.length : position, 0), dims.length);
  return Math.max(0, place(readInt(node, 'end', dims.length)) - place(readInt(node, 'start', 0)));
}

/** The dimensions of a value that is given this shape; `from` are those a 0 in the shape copies. */
function dimsFromShape(shape: string, from: Dims | undefined, known: KnownValues): Dims | undefined {
  const constant = known.constant(shape);
  if (constant !== undefined) {
    return integersOf(constant).map((dim, axis) => (dim > 0 ? dim : dim === 0 ? from?.[axis] : undefined));
  }
  const length = known.type(shape).dims?.[0];
  return length === undefined ? undefined : Array.from({ length }, () => undefined);
}

function gatheredDims(node: Node, data: Dims | undefined, indices: Dims | undefined): Dims | undefined {
  if (data === undefined || indices === undefined) return undefined;
  const axis = readInt(node, 'axis', 0);
  const at = axis < 0 ? axis + data.length : axis;
  return [...data.slice(0, at), ...indices, ...data.slice(at + 1)];
}

function productDims(a: Dims | undefined, b: Dims | undefined): Dims | undefined {
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([
    { dataType: undefined, dims: a.slice(0, -2) },
    { dataType: undefined, dims: b.slice(0, -2) },
  ]);
  return batch && [...batch, ...(a.length > 1 ? [a[a.length - 2]] : []), ...(b.length > 1 ? [b[b.length - 1]] : [])];
}

function concatenatedDims(axis: number, types: readonly KnownType[]): Dims | undefined {
  const dims = types[0]?.dims;
  if (dims === undefined) return undefined;
  const at = axis < 0 ? axis + dims.length : axis;
  const sizes = types.map((type) => type.dims?.[at]);
  const size = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, part) => sum + part!, 0);
  return dims.map((dim, i) => (i === at ? size : dim));
}

function splitDims(node: Node, dims: Dims | undefined): Dims | undefined {
  if (dims === undefined) return undefined;
  const axis = readInt(node, 'axis', 0);
  const at = axis < 0 ? axis + dims.length : axis;
  const whole = dims[at];
  const parts = node.outputs.length;
  const even = (node.inputs[1] ?? '') === '' && whole !== undefined && whole % parts === 0;
  return dims.map((dim, i) => (i !== at ? dim : even ? whole / parts : undefined));
}

function slicedDims(node: Node, dims: Dims | undefined, known: KnownValues): Dims | undefined {
  const axes = known.constant(node.inputs[3] ?? '');
  if (dims === undefined || axes === undefined) return dims?.map(() => undefined);
  const at = new Set(integersOf(axes).map((axis) => (axis < 0 ? axis + dims.length : axis)));
  return dims.map((dim, axis) => (at.has(axis) ? undefined : dim));
}

function squeezedDims(node: Node, dims: Dims | undefined, known: KnownValues): Dims | undefined {
  const axesTensor = known.constant(node.inputs[1] ?? '');
  if (dims === undefined || axesTensor === undefined) return undefined;
  const axes = integersOf(axesTensor);
  const rank = node.opType === 'Unsqueeze' ? dims.length + axes.length : dims.length;
  const at = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (node.opType === 'Squeeze') return dims.filter((_, axis) => !at.has(axis));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : rest.shift()));
}
