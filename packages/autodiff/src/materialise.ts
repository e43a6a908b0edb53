import { int, string, type GraphBuilder, type ValueType } from '@guided-dropout/onnx';
import type { Contribution } from './contribution.js';
import { reduceSum, transposeMatrix, zerosLike } from './emit.js';

/** The value a gradient belongs to, and the types of the values its factors are shaped like. */
export interface GradientTarget {
  readonly name: string;
  readonly type: ValueType;
  readonly typeOf: (value: string) => ValueType;
}

/** The gradient summed over everything, in the target's shape: all contributions added up. */
export function summedGradient(
  builder: GraphBuilder,
  target: GradientTarget,
  contributions: readonly Contribution[],
): string {
  return addAll(
    builder,
    contributions.map((contribution) => summed(builder, target, contribution)),
  );
}

/** Adds values of one shape. */
export function addAll(builder: GraphBuilder, values: readonly string[]): string {
  return values.reduce((sum, value) => builder.op('Add', [sum, value]));
}

function summed(builder: GraphBuilder, target: GradientTarget, contribution: Contribution): string {
  switch (contribution.kind) {
    case 'dense':
      return contribution.value;
    case 'broadcast':
      return sumTo(builder, contribution.value, target.typeOf(contribution.like), target.type);
    case 'product': {
      const rows = (value: string, columns: number | string): string =>
        builder.op('Reshape', [value, builder.integers([-1, Number(columns)])]);
      const [m, n] = target.type.dims;
      const left = rows(contribution.left, m!);
      return builder.op('MatMul', [transposeMatrix(builder, left, 2), rows(contribution.right, n!)]);
    }
    case 'scatter': {
      const index = builder.op('Reshape', [contribution.indices, builder.integers([-1, 1])]);
      const rowShape = target.type.dims.slice(1).map(Number);
      const updates = builder.op('Reshape', [contribution.updates, builder.integers([-1, ...rowShape])]);
      return builder.op('ScatterND', [zerosLike(builder, target.name, target.type), index, updates], {
        reduction: string('add'),
      });
    }
  }
}

/** Sums a broadcast gradient of type `from` down to type `to` (axes aligned at the right). */
export function sumTo(builder: GraphBuilder, value: string, from: ValueType, to: ValueType): string {
  const extra = from.dims.length - to.dims.length;
  const added = Array.from({ length: extra }, (_, axis) => axis);
  const stretched = to.dims.flatMap((dim, axis) => (dim === 1 && from.dims[axis + extra] !== 1 ? [axis + extra] : []));
  const kept = reduceSum(builder, value, stretched, true);
  return reduceSum(builder, kept, added);
}

/**
 * The gradient of every example, [b, …shape of the target], where the loss is a sum of terms of single examples.
 *
 * @param examples the name of the dimension that counts the examples.
 * @returns undefined when a contribution does not keep the examples apart in its first axis.
 */
export function perExampleGradient(
  builder: GraphBuilder,
  target: GradientTarget,
  contributions: readonly Contribution[],
  examples: string,
): string | undefined {
  const parts: string[] = [];
  for (const contribution of contributions) {
    const part = isByExample(target, contribution, examples) ? ofEachExample(builder, target, contribution) : undefined;
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return addAll(builder, parts);
}

function ofEachExample(builder: GraphBuilder, target: GradientTarget, contribution: Contribution): string | undefined {
  switch (contribution.kind) {
    case 'dense':
      return undefined;
    case 'broadcast': {
      const from = target.typeOf(contribution.like);
      const extra = from.dims.length - target.type.dims.length;
      if (extra < 1 || target.type.dims.some((dim, axis) => dim !== from.dims[axis + extra])) return undefined;
      return reduceSum(
        builder,
        contribution.value,
        Array.from({ length: extra - 1 }, (_, axis) => axis + 1),
      );
    }
    case 'product': {
      const rank = target.typeOf(contribution.leftLike).dims.length;
      const [m, n] = target.type.dims;
      // One matrix of rows per example: [b, rows, m]; a [b, m] factor is one row each.
      const rows = (value: string, columns: number | string): string =>
        rank === 3 ? value : builder.op('Reshape', [value, builder.integers([0, -1, Number(columns)])]);
      const left = rows(contribution.left, m!);
      return builder.op('MatMul', [transposeMatrix(builder, left, 3), rows(contribution.right, n!)]);
    }
    case 'scatter':
      return scatterEachExample(builder, target, contribution.indices, contribution.updates);
  }
}

/** Whether the first axis of a contribution's factors counts the examples, and nothing else. */
function isByExample({ typeOf }: GradientTarget, contribution: Contribution, examples: string): boolean {
  const firstAxisOf = (value: string): boolean => typeOf(value).dims[0] === examples;
  switch (contribution.kind) {
    case 'dense':
      return false;
    case 'broadcast':
      return firstAxisOf(contribution.like);
    case 'product':
      return firstAxisOf(contribution.leftLike);
    case 'scatter':
      return firstAxisOf(contribution.indices);
  }
}

/** Rows of a table per example: the pairs (example, id) index zeros of [b, rows, …]. */
function scatterEachExample(builder: GraphBuilder, target: GradientTarget, indices: string, updates: string): string {
  const shape = target.type.dims.map(Number);
  const ids = builder.op('Reshape', [indices, builder.integers([0, -1, 1])]);
  const examples = builder.op('Shape', [ids], { start: int(0), end: int(1) });
  const numExamples = builder.op('Squeeze', [examples]);
  const zero = builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(0n) });
  const one = builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(1n) });
  const range = builder.op('Range', [zero, numExamples, one]);
  const column = builder.op('Reshape', [range, builder.integers([-1, 1, 1])]);
  const example = builder.op('Expand', [column, builder.op('Shape', [ids])]);
  const pairs = builder.op('Concat', [example, ids], { axis: int(-1) });
  const tableShape = builder.op('Concat', [examples, builder.integers(shape)], { axis: int(0) });
  const empty = builder.op('Expand', [builder.number(0, target.type.dataType), tableShape]);
  const rows = builder.op('Reshape', [updates, builder.integers([0, -1, ...shape.slice(1)])]);
  return builder.op('ScatterND', [empty, pairs, rows], { reduction: string('add') });
}
