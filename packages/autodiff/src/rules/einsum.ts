import { string, type Dimension, type ValueType } from '@guided-dropout/onnx';
import type { Contribution } from '../contribution.js';
import { sumTo } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';
import { readEinsumEquation, type EinsumEquation } from './einsum-equation.js';

/**
 * Y = Σ of products over labelled axes: an operand's gradient is the Einsum of dY and the other operands to its own
 * labels. A weight of fixed size in a linear layer (`bld,de->ble`, `bld,ed->ble`) keeps its gradient in factors.
 */
export const einsum: GradientRule = (context) => {
  const ranks = context.node.inputs.map((value) => context.type(value).dims.length);
  const equation = readEinsumEquation(context.node, ranks);
  const gradient = firstOutputGradient(context);
  equation.operands.forEach((_, index) => {
    if (!context.needs(index)) return;
    const factors = linearLayerFactors(context, equation, index, gradient);
    context.contribute(index, factors ?? { kind: 'dense', value: operandGradient(context, equation, index, gradient) });
  });
};

/** The gradient of the matrix of a linear layer, in factors; undefined where the equation is no linear layer. */
function linearLayerFactors(
  context: RuleContext,
  { operands, result }: EinsumEquation,
  index: number,
  gradient: string,
): Contribution | undefined {
  const { node } = context;
  const weightDims = context.type(node.inputs[index]!).dims;
  if (operands.length !== 2 || weightDims.length !== 2) return undefined;
  const [weight, input] = [operands[index]!, operands[1 - index]!];
  if (result.slice(0, -1) !== input.slice(0, -1)) return undefined;
  const [inner, outer] = [input.at(-1)!, result.at(-1)!];
  const x = node.inputs[1 - index]!;
  // A dimension of 1 may be broadcast, which no product of factors knows.
  if (context.type(x).dims.at(-1) !== weightDims[weight.indexOf(inner)]) return undefined;
  if (weightDims.some((dim) => typeof dim !== 'number')) return undefined;
  const like = node.outputs[0]!;
  if (weight === inner + outer) return { kind: 'product', left: x, right: gradient, like };
  if (weight === outer + inner) return { kind: 'product', left: gradient, right: x, like };
  return undefined;
}

function operandGradient(
  context: RuleContext,
  { operands, result }: EinsumEquation,
  index: number,
  gradient: string,
): string {
  const { node, builder } = context;
  const operand = operands[index]!;
  const { dims, dataType } = context.type(node.inputs[index]!);
  const factors = [
    { labels: result, value: gradient, dims: context.type(node.outputs[0]!).dims },
    ...operands.flatMap((labels, i) => {
      const value = node.inputs[i]!;
      return i === index ? [] : [{ labels, value, dims: context.type(value).dims }];
    }),
  ];
  /** The size of a label in the product of the factors; undefined where none has it, or all have it with size 1. */
  const sizeOf = (label: string): Dimension | undefined =>
    factors.flatMap((factor) => factor.dims[factor.labels.indexOf(label)] ?? []).find((size) => size !== 1);
  const labels = [...operand].filter((label) => sizeOf(label) !== undefined);
  const equation = `${factors.map((factor) => factor.labels).join(',')}->${labels.join('')}`;
  const product = builder.op(
    'Einsum',
    factors.map((factor) => factor.value),
    { equation: string(equation) },
  );
  const type = (sizes: readonly Dimension[]): ValueType => ({ dataType, dims: sizes });
  const from = type(labels.map((label) => sizeOf(label)!));
  const value = sumTo(builder, product, from, type(labels.map((label) => dims[operand.indexOf(label)]!)));
  // Along the other labels only the operand has a size, and was summed: all of its elements receive the same.
  const alone = [...operand].flatMap((label, axis) => (labels.includes(label) ? [] : [axis]));
  const aligned = alone.length === 0 ? value : builder.op('Unsqueeze', [value, builder.integers(alone)]);
  if (alone.every((axis) => dims[axis] === 1)) return aligned;
  return builder.op('Expand', [aligned, builder.op('Shape', [node.inputs[index]!])]);
}
