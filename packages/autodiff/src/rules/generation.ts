import { float32, int, int64, readInt } from '@guided-dropout/onnx';
import { cast, reduceSum } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** yᵢ = start + i·delta: dstart = Σ dyᵢ, ddelta = Σ dyᵢ·i; how many there are does not change with the limit. */
export const range: GradientRule = (context) => {
  const { node, builder } = context;
  const y = node.outputs[0]!;
  const gradient = firstOutputGradient(context);
  if (context.needs(0)) context.contribute(0, { kind: 'dense', value: reduceSum(builder, gradient, [0]) });
  if (context.needs(2)) {
    const [zero, one] = [builder.constant(int64([], [0])), builder.constant(int64([], [1]))];
    const numbers = builder.op('Range', [zero, builder.op('Size', [y]), one]);
    const steps = builder.op('Mul', [gradient, cast(builder, numbers, context.type(y).dataType)]);
    context.contribute(2, { kind: 'dense', value: reduceSum(builder, steps, [0]) });
  }
};

/** Each class's number as `values` = [off, on]: each of both receives the gradient of all its copies. */
export const oneHot: GradientRule = (context) => {
  const { node, builder } = context;
  const [indices, depth] = [node.inputs[0]!, node.inputs[1]!];
  const { dataType } = context.type(node.outputs[0]!);
  const gradient = firstOutputGradient(context);
  const axis = { axis: int(readInt(node, 'axis', -1)) };
  const mask = builder.op('OneHot', [indices, depth, builder.constant(float32([2], [0, 1]))], axis);
  const total = (value: string): string => {
    const sum = builder.op('ReduceSum', [value], { keepdims: int(0) });
    return builder.op('Unsqueeze', [sum, builder.integers([0])]);
  };
  const on = total(builder.op('Mul', [gradient, cast(builder, mask, dataType)]));
  const value = builder.op('Concat', [builder.op('Sub', [total(gradient), on]), on], { axis: int(0) });
  context.contribute(2, { kind: 'dense', value });
};
