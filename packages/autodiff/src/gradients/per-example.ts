import { int, string } from '@guided-dropout/onnx';
import { transposeMatrix } from '../emit.js';
import type { ExampleFactors, ProductFactors, ScatterFactors } from './example-factors.js';
import type { GradientTarget } from './target.js';

/** The gradient of every example, [b, …shape of the target]. */
export function perExampleGradient(target: GradientTarget, factors: ExampleFactors): string {
  const { builder } = target;
  const parts = [
    ...(factors.product ? [productOfExamples(target, factors.product)] : []),
    ...(factors.dense === undefined ? [] : [factors.dense]),
  ];
  const sum = parts.length === 0 ? undefined : parts.reduce((left, right) => builder.op('Add', [left, right]));
  return factors.scatter ? scatterIntoExamples(target, factors.scatter, sum) : sum!;
}

/** leftᵀ·right of every example: [b, m, n]. */
export function productOfExamples({ builder }: GradientTarget, { left, right }: ProductFactors): string {
  return builder.op('MatMul', [transposeMatrix(builder, left, 3), right]);
}

/** Adds updates to the table of every example: the pairs (example, id) index [b, rows, …]. */
function scatterIntoExamples(
  { builder, examples, type }: GradientTarget,
  { ids, updates }: ScatterFactors,
  tables: string | undefined,
): string {
  const shape = type.dims.map(Number);
  const zero = builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(0n) });
  const one = builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(1n) });
  const id = builder.op('Unsqueeze', [ids, builder.integers([2])]);
  const range = builder.op('Range', [zero, builder.op('Squeeze', [examples.count()]), one]);
  const rows = builder.op('Reshape', [range, builder.integers([-1, 1, 1])]);
  const example = builder.op('Expand', [rows, builder.op('Shape', [id])]);
  const pairs = builder.op('Concat', [example, id], { axis: int(-1) });
  const onto = tables ?? emptyTables();
  const rowUpdates = builder.op('Reshape', [updates, builder.integers([0, -1, ...shape.slice(1)])]);
  return builder.op('ScatterND', [onto, pairs, rowUpdates], { reduction: string('add') });

  function emptyTables(): string {
    const tableShape = builder.op('Concat', [examples.count(), builder.integers(shape)], { axis: int(0) });
    return builder.op('Expand', [builder.number(0, type.dataType), tableShape]);
  }
}
