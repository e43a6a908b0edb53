import { int } from '@guided-dropout/onnx';
import { reduceSum } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** y repeats x along its axes: with every axis [r·d] seen as [r, d], the gradient is summed over the repeats. */
export const tile: GradientRule = (context) => {
  const { builder, node } = context;
  const [x, repeats] = [node.inputs[0]!, node.inputs[1]!];
  const rank = context.type(x).dims.length;
  const column = (value: string): string => builder.op('Unsqueeze', [value, builder.integers([1])]);
  const pairs = builder.op('Concat', [column(repeats), column(builder.op('Shape', [x]))], { axis: int(1) });
  const shape = builder.op('Reshape', [pairs, builder.integers([-1])]);
  const apart = builder.op('Reshape', [firstOutputGradient(context), shape]);
  const axes = Array.from({ length: rank }, (_, axis) => 2 * axis);
  context.contribute(0, { kind: 'dense', value: reduceSum(builder, apart, axes) });
};
