import { sumTo, transposeMatrix } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';
import { vectorProduct } from './vector-product.js';

/**
 * Y = A·B over the last two axes, leading ones broadcast: dA = dY·Bᵀ, dB = Aᵀ·dY, each summed over the axes its
 * operand was broadcast along. Where B is a matrix of fixed size (a weight), dB stays in its factors A and dY.
 */
export const matMul: GradientRule = (context) => {
  const { builder, node } = context;
  const gradient = firstOutputGradient(context);
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  const [rankA, rankB] = [context.type(a).dims.length, context.type(b).dims.length];
  if (rankA < 2 || rankB < 2) {
    vectorProduct(context);
    return;
  }
  if (context.needs(0)) {
    const value = builder.op('MatMul', [gradient, transposeMatrix(builder, b, rankB)]);
    context.contribute(0, { kind: 'dense', value: summedTo(context, value, a) });
  }
  if (!context.needs(1)) return;
  if (rankB === 2 && context.type(b).dims.every((dim) => typeof dim === 'number')) {
    context.contribute(1, { kind: 'product', left: a, right: gradient, like: node.outputs[0]! });
    return;
  }
  const value = builder.op('MatMul', [transposeMatrix(builder, a, rankA), gradient]);
  context.contribute(1, { kind: 'dense', value: summedTo(context, value, b) });
};

/** Sums a gradient down to an operand's shape over the leading axes that the other operand broadcast. */
function summedTo(context: RuleContext, value: string, operand: string): string {
  const to = context.type(operand);
  const output = context.type(context.node.outputs[0]!);
  const from = { ...to, dims: [...output.dims.slice(0, -2), ...to.dims.slice(-2)] };
  return sumTo(context.builder, value, from, to);
}
