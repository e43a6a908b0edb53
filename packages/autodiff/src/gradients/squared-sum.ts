import { int, string, type GraphBuilder } from '@guided-dropout/onnx';
import { transposeMatrix, zerosLike } from '../emit.js';
import type { ExampleFactors, ProductFactors, ScatterFactors } from './example-factors.js';
import { columnsAt, sumOverEqualIds } from './lookups.js';
import { perExampleGradient } from './per-example.js';
import type { GradientTarget } from './target.js';

/** Products are formed in blocks of at most this many elements an example, to be squared while they are in the cache. */
const BLOCK_ELEMENTS = 2 ** 18;

/**
 * The squares of every example's gradient, element by element, summed over the examples: N × the Fisher diagonal, in the
 * target's shape.
 *
 * Products are formed example by example, tables never: with P the product and S the sum of the updates u of an
 * example's lookups, (P + S)² = P² + Σᵤ u·(2P + S), which reads only the rows that were looked up.
 */
export function squaredSum(target: GradientTarget, factors: ExampleFactors): string {
  const { builder, name, type } = target;
  const { product, scatter, dense } = factors;
  if (dense !== undefined && (product || scatter)) return squares(builder, perExampleGradient(target, factors));
  if (dense !== undefined) return squares(builder, dense);
  const ofProduct = product && squaresOfProduct(target, product);
  if (scatter === undefined) return ofProduct!;
  const sum = addLookups(target, scatter, product, ofProduct ?? zerosLike(builder, name, type));
  // Rounded terms of a sum of squares can add up to a little less than 0.
  return builder.op('Max', [sum, builder.number(0, type.dataType)]);
}

function squares(builder: GraphBuilder, gradients: string): string {
  return builder.op('ReduceSumSquare', [gradients, builder.integers([0])], { keepdims: int(0) });
}

function squaresOfProduct({ builder, type }: GradientTarget, { left, right }: ProductFactors): string {
  const [m, n] = type.dims.map(Number) as [number, number];
  const sizes = blockSizes(m, Math.max(1, Math.floor(BLOCK_ELEMENTS / n)));
  const blocks =
    sizes.length === 1
      ? [left]
      : builder.ops('Split', [left, builder.integers(sizes)], sizes.length, { axis: int(-1) });
  const rows = blocks.map((block) =>
    squares(builder, builder.op('MatMul', [transposeMatrix(builder, block, 3), right])),
  );
  return rows.length === 1 ? rows[0]! : builder.op('Concat', rows, { axis: int(0) });
}

/** Sizes of about equal blocks of at most `limit` that make up `total`. */
function blockSizes(total: number, limit: number): number[] {
  const count = Math.ceil(total / limit);
  return Array.from(
    { length: count },
    (_, i) => Math.floor((total * (i + 1)) / count) - Math.floor((total * i) / count),
  );
}

function addLookups(
  { builder, type }: GradientTarget,
  { ids, updates }: ScatterFactors,
  product: ProductFactors | undefined,
  sum: string,
): string {
  const lookedUp = sumOverEqualIds(builder, ids, updates, type.dataType);
  const others = product && rowsOfProduct(builder, product, ids);
  const factor = others ? builder.op('Add', [builder.op('Add', [others, others]), lookedUp]) : lookedUp;
  const index = builder.op('Reshape', [ids, builder.integers([-1, 1])]);
  const rows = builder.op('Reshape', [
    builder.op('Mul', [updates, factor]),
    builder.integers([-1, ...type.dims.slice(1).map(Number)]),
  ]);
  return builder.op('ScatterND', [sum, index, rows], { reduction: string('add') });
}

/** The rows of every example's leftᵀ·right that its ids name: [b, updates, n]. */
function rowsOfProduct(builder: GraphBuilder, { left, right }: ProductFactors, ids: string): string {
  return builder.op('MatMul', [transposeMatrix(builder, columnsAt(builder, left, ids), 3), right]);
}
