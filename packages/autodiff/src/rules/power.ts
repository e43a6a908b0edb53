import { cast } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** y = xᵖ: dx = dy·p·xᵖ⁻¹, dp = dy·y·ln x. The exponent may be of another type than x. */
export const pow: GradientRule = (context) => {
  const { builder, node } = context;
  const [x, exponent, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  const gradient = firstOutputGradient(context);
  const { dataType } = context.type(y);
  if (context.needs(0)) {
    const p = context.type(exponent).dataType === dataType ? exponent : cast(builder, exponent, dataType);
    const lower = builder.op('Pow', [x, builder.op('Sub', [p, builder.number(1, dataType)])]);
    const value = builder.op('Mul', [gradient, builder.op('Mul', [p, lower])]);
    context.contribute(0, { kind: 'broadcast', value, like: y });
  }
  if (context.needs(1)) {
    const value = builder.op('Mul', [gradient, builder.op('Mul', [y, builder.op('Log', [x])])]);
    context.contribute(1, { kind: 'broadcast', value, like: y });
  }
};
