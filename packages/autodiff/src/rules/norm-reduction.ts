import { firstOutputGradient, type GradientRule } from '../rule.js';
import { reduceLike, spread, withReducedAxes } from './reduced-axes.js';

/** y = Σ |x| over axes: dx = dy · sign x, 0 at 0. */
export const reduceL1: GradientRule = (context) => {
  const { node, builder } = context;
  const gradient = withReducedAxes(context, firstOutputGradient(context));
  const value = builder.op('Mul', [gradient, builder.op('Sign', [node.inputs[0]!])]);
  context.contribute(0, { kind: 'dense', value });
};

/** y = √Σ x² over axes: dx = dy · x/y, 0 where y is 0 (as PyTorch). */
export const reduceL2: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const zero = builder.number(0, context.type(y).dataType);
  const ratio = builder.op('Div', [firstOutputGradient(context), y]);
  const defined = builder.op('Where', [builder.op('Equal', [y, zero]), zero, ratio]);
  const value = builder.op('Mul', [withReducedAxes(context, defined), x]);
  context.contribute(0, { kind: 'dense', value });
};

/** y = Σ x² over axes: dx = dy · 2x. */
export const reduceSumSquare: GradientRule = (context) => {
  const { node, builder } = context;
  const two = builder.number(2, context.type(node.outputs[0]!).dataType);
  const gradient = builder.op('Mul', [firstOutputGradient(context), two]);
  const value = builder.op('Mul', [withReducedAxes(context, gradient), node.inputs[0]!]);
  context.contribute(0, { kind: 'dense', value });
};

/** y = ln Σ x over axes: every element receives dy / Σ x, and Σ x is eʸ. */
export const reduceLogSum: GradientRule = (context) => {
  const { node, builder } = context;
  const share = builder.op('Div', [firstOutputGradient(context), builder.op('Exp', [node.outputs[0]!])]);
  context.contribute(0, { kind: 'dense', value: spread(context, share) });
};

/**
 * y = ln Σ eˣ over axes: dx = dy · eˣ/Σ eˣ. Dividing by eʸ does for both sums, as no power is then above 1; dividing by the
 * sum again takes out what rounding a large y cost.
 */
export const reduceLogSumExp: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const power = builder.op('Exp', [builder.op('Sub', [x, withReducedAxes(context, y)])]);
  const share = builder.op('Div', [power, reduceLike(context, 'ReduceSum', power)]);
  const gradient = withReducedAxes(context, firstOutputGradient(context));
  context.contribute(0, { kind: 'dense', value: builder.op('Mul', [gradient, share]) });
};
