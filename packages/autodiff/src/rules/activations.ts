import { readFloat } from '@guided-dropout/onnx';
import { firstOutputGradient, type GradientRule } from '../rule.js';
import { elementwise } from './elementwise.js';

/** y = ln(1 + eˣ): y′ = 1/(1 + e⁻ˣ). */
export const softplus = elementwise((builder, x) => builder.op('Sigmoid', [x]));

/** y = x/(1 + |x|): y′ = 1/(1 + |x|)². */
export const softsign = elementwise((builder, x, _y, number) => {
  const share = builder.op('Reciprocal', [builder.op('Add', [number(1), builder.op('Abs', [x])])]);
  return builder.op('Mul', [share, share]);
});

/** y = x, αx where x < 0: y′ = 1 or α. */
export const leakyRelu = elementwise((builder, x, _y, number, node) => {
  const negative = builder.op('Less', [x, number(0)]);
  return builder.op('Where', [negative, number(readFloat(node, 'alpha', 0.01)), number(1)]);
});

/** y = x, α(eˣ − 1) where x < 0: y′ = 1, or y + α, which saves an exponential. */
export const elu = elementwise((builder, x, y, number, node) => {
  const curve = builder.op('Add', [y, number(readFloat(node, 'alpha', 1))]);
  return builder.op('Where', [builder.op('Less', [x, number(0)]), curve, number(1)]);
});

/** y = γx, γα(eˣ − 1) where x ≤ 0: y′ = γ, or y + γα. The defaults are the operator's (Klambauer et al., 2017). */
export const selu = elementwise((builder, x, y, number, node) => {
  const gamma = readFloat(node, 'gamma', 1.0507010221481323);
  const alpha = readFloat(node, 'alpha', 1.6732631921768188);
  const curve = builder.op('Add', [y, number(gamma * alpha)]);
  return builder.op('Where', [builder.op('LessOrEqual', [x, number(0)]), curve, number(gamma)]);
});

/** y = αx + β cut to [0, 1]: y′ = α strictly between, else 0. */
export const hardSigmoid = elementwise((builder, _x, y, number, node) => {
  const inside = builder.op('And', [builder.op('Greater', [y, number(0)]), builder.op('Less', [y, number(1)])]);
  return builder.op('Where', [inside, number(readFloat(node, 'alpha', 0.2)), number(0)]);
});

/** y = x · (x/6 + ½ cut to [0, 1]): y′ = x/3 + ½ where |x| < 3, else 0 on the left and 1 on the right. */
export const hardSwish = elementwise((builder, x, _y, number) => {
  const curve = builder.op('Add', [builder.op('Div', [x, number(3)]), number(0.5)]);
  const ends = builder.op('Where', [builder.op('GreaterOrEqual', [x, number(3)]), number(1), number(0)]);
  return builder.op('Where', [builder.op('Less', [builder.op('Abs', [x]), number(3)]), curve, ends]);
});

/** y = x where x > α, else 0: y′ = 1 or 0. */
export const thresholdedRelu = elementwise((builder, x, _y, number, node) => {
  const passes = builder.op('Greater', [x, number(readFloat(node, 'alpha', 1))]);
  return builder.op('Where', [passes, number(1), number(0)]);
});

/** y = x·t, t = tanh(ln(1 + eˣ)): y′ = t + x·(1 − t²)/(1 + e⁻ˣ) (Misra, 2019). */
export const mish = elementwise((builder, x, _y, number) => {
  const t = builder.op('Tanh', [builder.op('Softplus', [x])]);
  const slope = builder.op('Sub', [number(1), builder.op('Mul', [t, t])]);
  const inner = builder.op('Mul', [slope, builder.op('Sigmoid', [x])]);
  return builder.op('Add', [t, builder.op('Mul', [x, inner])]);
});

/** y = x, slope·x where x < 0, slopes broadcast to x: dx = dy or dy·slope, dslope = dy·x where x < 0. */
export const pRelu: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, slope, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  const gradient = firstOutputGradient(context);
  const zero = builder.number(0, context.type(y).dataType);
  const negative = builder.op('Less', [x, zero]);
  if (context.needs(0)) {
    const value = builder.op('Where', [negative, builder.op('Mul', [gradient, slope]), gradient]);
    context.contribute(0, { kind: 'dense', value });
  }
  if (context.needs(1)) {
    const value = builder.op('Where', [negative, builder.op('Mul', [gradient, x]), zero]);
    context.contribute(1, { kind: 'broadcast', value, like: y });
  }
};
