import { cast } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/**
 * y = xᵖ: dx = dy·p·xᵖ⁻¹, 0 where p = 0; dp = dy·y·ln x, 0 where x = 0 and p ≥ 0 (as PyTorch, which so avoids 0·∞).
 * The exponent may be of another type than x.
 */
export const pow: GradientRule = (context) => {
  const { builder, node } = context;
  const [x, exponent, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  const gradient = firstOutputGradient(context);
  const { dataType } = context.type(y);
  const [zero, one] = [builder.number(0, dataType), builder.number(1, dataType)];
  const p = context.type(exponent).dataType === dataType ? exponent : cast(builder, exponent, dataType);
  const contribute = (index: number, vanishes: string, slope: string): void => {
    const value = builder.op('Where', [vanishes, zero, builder.op('Mul', [gradient, slope])]);
    context.contribute(index, { kind: 'broadcast', value, like: y });
  };
  if (context.needs(0)) {
    const lower = builder.op('Pow', [x, builder.op('Sub', [p, one])]);
    contribute(0, builder.op('Equal', [p, zero]), builder.op('Mul', [p, lower]));
  }
  if (context.needs(1)) {
    const vanishes = builder.op('And', [builder.op('Equal', [x, zero]), builder.op('GreaterOrEqual', [p, zero])]);
    contribute(1, vanishes, builder.op('Mul', [y, builder.op('Log', [x])]));
  }
};
