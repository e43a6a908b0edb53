import { int, string } from '@guided-dropout/onnx';
import type { Contribution } from '../contribution.js';
import { asInt64, sumTo, transposeMatrix, zerosLike } from '../emit.js';
import type { GradientTarget } from './target.js';

type Dense = Extract<Contribution, { kind: 'dense' | 'broadcast' }>;
type Product = Extract<Contribution, { kind: 'product' }>;
type Elements = Extract<Contribution, { kind: 'elements' }>;
type Scatter = Extract<Contribution, { kind: 'scatter' }>;

/**
 * The gradient summed over everything, in the target's shape.
 *
 * Every contribution is added to the sum of those before it by the operator that computes it: a product accumulates onto
 * it (Gemm's C), a scatter writes into it. A table that is both looked up in and multiplied by (tied embeddings) so
 * needs neither zeros nor a further pass.
 *
 * @param start a value in the target's shape that the gradient is added to.
 */
export function summedGradient(target: GradientTarget, contributions: readonly Contribution[], start?: string): string {
  const { builder } = target;
  let sum = start;
  const add = (value: string): void => {
    sum = sum === undefined ? value : builder.op('Add', [sum, value]);
  };
  for (const contribution of contributions.filter(isDense)) add(reduced(target, contribution));
  for (const contribution of contributions.filter(isProduct)) sum = product(target, contribution, sum);
  for (const contribution of contributions.filter(isScatter)) sum = scatter(target, contribution, sum);
  for (const contribution of contributions.filter(isElements)) {
    const { indices, updates, axis } = contribution;
    const onto = sum ?? zerosLike(builder, target.name, target.type);
    sum = builder.op('ScatterElements', [onto, indices, updates], { axis: int(axis), reduction: string('add') });
  }
  return sum!;
}

const isDense = (contribution: Contribution): contribution is Dense =>
  contribution.kind === 'dense' || contribution.kind === 'broadcast';
const isProduct = (contribution: Contribution): contribution is Product => contribution.kind === 'product';
const isElements = (contribution: Contribution): contribution is Elements => contribution.kind === 'elements';
const isScatter = (contribution: Contribution): contribution is Scatter => contribution.kind === 'scatter';

function reduced(target: GradientTarget, contribution: Dense): string {
  if (contribution.kind === 'dense') return contribution.value;
  return sumTo(target.builder, contribution.value, target.typeOf(contribution.like), target.type);
}

function product({ builder, type }: GradientTarget, { left, right }: Product, sum: string | undefined): string {
  const [m, n] = type.dims.map(Number);
  const rows = (value: string, columns: number): string =>
    builder.op('Reshape', [value, builder.integers([-1, columns])]);
  const [leftRows, rightRows] = [rows(left, m!), rows(right, n!)];
  if (sum === undefined) return builder.op('MatMul', [transposeMatrix(builder, leftRows, 2), rightRows]);
  return builder.op('Gemm', [leftRows, rightRows, sum], { transA: int(1) });
}

function scatter(target: GradientTarget, { indices, updates }: Scatter, sum: string | undefined): string {
  const { builder, name, type } = target;
  const wide = asInt64(builder, indices, target.typeOf(indices).dataType);
  const index = builder.op('Reshape', [wide, builder.integers([-1, 1])]);
  const rows = builder.op('Reshape', [updates, builder.integers([-1, ...type.dims.slice(1).map(Number)])]);
  const onto = sum ?? zerosLike(builder, name, type);
  return builder.op('ScatterND', [onto, index, rows], { reduction: string('add') });
}
