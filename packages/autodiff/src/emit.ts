import { GuidedDropoutError } from '@guided-dropout/core';
import { int, ints, type DataType, type GraphBuilder, type ValueType } from '@guided-dropout/onnx';
import type { RuleContext } from './rule.js';

/** Transposes by `perm`; a transpose of a transpose that restores the order is dropped. */
export function transpose(builder: GraphBuilder, value: string, perm: readonly number[]): string {
  if (perm.every((axis, i) => axis === i)) return value;
  const producer = builder.producer(value);
  if (producer?.opType === 'Transpose') {
    const inner = producer.attributes['perm'];
    if (inner?.type === 'ints' && perm.every((axis, i) => Number(inner.value[axis]) === i)) return producer.inputs[0]!;
  }
  return builder.op('Transpose', [value], { perm: ints(perm) });
}

/**
 * gradient · factor. A scalar constant among the factors of a chain of products is kept outermost, where the next one
 * meets it: both become one, and a pass over the values less.
 */
export function multiply(context: RuleContext, gradient: string, factor: string): string {
  const { builder } = context;
  const inner = builder.producer(gradient);
  const first = inner?.opType === 'Mul' ? context.scalar(inner.inputs[1]!) : undefined;
  if (inner === undefined || first === undefined) return builder.op('Mul', [gradient, factor]);
  const [value, constant] = [inner.inputs[0]!, inner.inputs[1]!];
  const second = context.scalar(factor);
  if (second === undefined) return builder.op('Mul', [builder.op('Mul', [value, factor]), constant]);
  return builder.op('Mul', [value, builder.number(first * second, builder.initializerOf(constant)!.dataType)]);
}

/** Swaps the last two axes of a value of that rank. */
export function transposeMatrix(builder: GraphBuilder, value: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm[rank - 2] = rank - 1;
  perm[rank - 1] = rank - 2;
  return transpose(builder, value, perm);
}

/** Sums over axes. */
export function reduceSum(builder: GraphBuilder, value: string, axes: readonly number[], keepDims = false): string {
  if (axes.length === 0) return value;
  return builder.op('ReduceSum', [value, builder.integers(axes)], { keepdims: int(keepDims ? 1 : 0) });
}

/**
 * Reshapes a value of type `from` to the shape of `target`, whose type is `to`. The shape is a constant where the
 * types allow, so that `target` need not stay in memory until here.
 */
export function reshapeLike(
  builder: GraphBuilder,
  value: string,
  from: ValueType,
  target: string,
  to: ValueType,
): string {
  const shape = to.dims.map((dim, i) => (typeof dim === 'number' ? dim : from.dims[i] === dim ? 0 : -1));
  const constant = shape.filter((dim) => dim === -1).length <= 1 && !to.dims.includes(0);
  return builder.op('Reshape', [value, constant ? builder.integers(shape) : builder.op('Shape', [target])]);
}

/** Sums a broadcast gradient of type `from` down to type `to` (axes aligned at the right). */
export function sumTo(builder: GraphBuilder, value: string, from: ValueType, to: ValueType): string {
  const extra = from.dims.length - to.dims.length;
  const [size] = to.dims;
  if (extra > 0 && to.dims.length === 1 && typeof size === 'number' && size > 1)
    return sumRows(builder, value, size, to);
  const added = Array.from({ length: extra }, (_, axis) => axis);
  const stretched = to.dims.flatMap((dim, axis) => (dim === 1 && from.dims[axis + extra] !== 1 ? [axis + extra] : []));
  const kept = reduceSum(builder, value, stretched, true);
  return reduceSum(builder, kept, added);
}

/**
 * Sums rows of that size, of a bias' gradient mostly: a product with ones, which ONNX Runtime's CPU kernels do three times
 * as fast as a reduction of the leading axes.
 */
function sumRows(builder: GraphBuilder, value: string, size: number, type: ValueType): string {
  const rows = builder.op('Reshape', [value, builder.integers([-1, size])]);
  const count = builder.op('Shape', [rows], { start: int(0), end: int(1) });
  return builder.op('MatMul', [builder.op('Expand', [builder.number(1, type.dataType), count]), rows]);
}

/** Zeros in the shape of `target`. */
export function zerosLike(builder: GraphBuilder, target: string, type: ValueType): string {
  return builder.op('Expand', [builder.number(0, type.dataType), builder.op('Shape', [target])]);
}

const floatingTypeCodes: Partial<Record<DataType, number>> = { float32: 1, float16: 10, float64: 11, bfloat16: 16 };

/** The element type's number in ONNX. */
const INT64 = 7;

/** Integers as int64, which ScatterND and the shapes of other operators have to be. */
export function asInt64(builder: GraphBuilder, integers: string, dataType: DataType): string {
  return dataType === 'int64' ? integers : builder.op('Cast', [integers], { to: int(INT64) });
}

/** Casts to a floating type. */
export function cast(builder: GraphBuilder, value: string, dataType: DataType): string {
  const code = floatingTypeCodes[dataType];
  if (code !== undefined) return builder.op('Cast', [value], { to: int(code) });
  throw new GuidedDropoutError('AUTODIFF_TYPE', {
    where: `value '${value}'`,
    expected: 'a floating type to cast a gradient to',
    received: dataType,
    fix: 'Gradients exist for floating types only.',
  });
}
