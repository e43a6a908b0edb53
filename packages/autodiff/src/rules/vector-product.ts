import { reduceSum } from '../emit.js';
import { sumTo } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/**
 * Y = A·B where an operand is a vector, whose axis Y lacks: with that axis put back, dA = dY·B and dB = A·dY element by
 * element, as an outer product of a vector has no sum.
 */
export const vectorProduct: GradientRule = (context) => {
  const { builder, node } = context;
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  const [typeA, typeB] = [context.type(a), context.type(b)];
  const gradient = firstOutputGradient(context);
  const unsqueeze = (value: string, axis: number): string => builder.op('Unsqueeze', [value, builder.integers([axis])]);
  if (typeB.dims.length === 1) {
    // Y[…, m] = Σₖ A[…, m, k]·B[k]
    const column = unsqueeze(gradient, -1);
    if (context.needs(0)) context.contribute(0, { kind: 'dense', value: builder.op('Mul', [column, b]) });
    if (context.needs(1)) {
      context.contribute(1, { kind: 'broadcast', value: builder.op('Mul', [column, a]), like: a });
    }
    return;
  }
  // Y[…, n] = Σₖ A[k]·B[…, k, n]
  const row = unsqueeze(gradient, -2);
  if (context.needs(0)) {
    const value = reduceSum(builder, builder.op('Mul', [row, b]), [-1]);
    const summed = sumTo(builder, value, { ...typeB, dims: typeB.dims.slice(0, -1) }, typeA);
    context.contribute(0, { kind: 'dense', value: summed });
  }
  if (context.needs(1)) {
    context.contribute(1, { kind: 'dense', value: builder.op('Mul', [unsqueeze(a, 1), row]) });
  }
};
