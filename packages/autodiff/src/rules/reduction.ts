import { cast } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';
import { reduceLike, spread, withReducedAxes } from './reduced-axes.js';

/** y = Σ x over axes: every element receives dy. */
export const reduceSumRule: GradientRule = (context) => {
  context.contribute(0, { kind: 'dense', value: spread(context, firstOutputGradient(context)) });
};

/** y = mean of x over axes: every element receives dy / count. */
export const reduceMean: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const { dataType } = context.type(x);
  const size = (value: string): string => cast(builder, builder.op('Size', [value]), dataType);
  const count = builder.op('Div', [size(x), size(y)]);
  const share = builder.op('Div', [firstOutputGradient(context), count]);
  context.contribute(0, { kind: 'dense', value: spread(context, share) });
};

/** y = max or min of x over axes: dy goes to the elements that attain it, in equal parts where several do. */
export const reduceExtreme: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const isExtreme = builder.op('Equal', [x, withReducedAxes(context, y)]);
  const attains = cast(builder, isExtreme, context.type(x).dataType);
  const count = reduceLike(context, 'ReduceSum', attains);
  const share = builder.op('Div', [withReducedAxes(context, firstOutputGradient(context)), count]);
  context.contribute(0, { kind: 'dense', value: builder.op('Mul', [share, attains]) });
};

/**
 * y = Π x over axes: dxᵢ = dy · (product of the others), which y/xᵢ is not where there are zeros. With zeros counted
 * apart, it is the product of all that are not 0, divided by xᵢ unless that is 0, and 0 if any other is.
 */
export const reduceProd: GradientRule = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0]!;
  const { dataType } = context.type(x);
  const zero = builder.number(0, dataType);
  const isZero = builder.op('Equal', [x, zero]);
  const nonZero = builder.op('Where', [isZero, builder.number(1, dataType), x]);
  const product = builder.op('Div', [reduceLike(context, 'ReduceProd', nonZero), nonZero]);
  const zeros = cast(builder, isZero, dataType);
  const noOtherZero = builder.op('Equal', [reduceLike(context, 'ReduceSum', zeros), zeros]);
  const slope = builder.op('Where', [noOtherZero, product, zero]);
  const gradient = withReducedAxes(context, firstOutputGradient(context));
  context.contribute(0, { kind: 'dense', value: builder.op('Mul', [gradient, slope]) });
};
