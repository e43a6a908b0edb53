import { int, readInt } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** Inputs joined along an axis: each receives its part of the gradient. */
export const concat: GradientRule = (context) => {
  const { builder, node } = context;
  const rank = context.type(node.outputs[0]!).dims.length;
  const axis = (readInt(node, 'axis', 0) + rank) % rank;
  const sizes = node.inputs.map((x) => builder.op('Shape', [x], { start: int(axis), end: int(axis + 1) }));
  const split = builder.op('Concat', sizes, { axis: int(0) });
  const parts = builder.ops('Split', [firstOutputGradient(context), split], node.inputs.length, { axis: int(axis) });
  parts.forEach((value, index) => {
    if (context.needs(index)) context.contribute(index, { kind: 'dense', value });
  });
};

/** Parts along an axis: their gradients joined, zeros where the loss ignores a part. */
export const split: GradientRule = (context) => {
  const { builder, node } = context;
  const parts = node.outputs.map(
    (part, index) => context.outputGradient(index) ?? zerosLike(builder, part, context.type(part)),
  );
  const value = builder.op('Concat', parts, { axis: int(readInt(node, 'axis', 0)) });
  context.contribute(0, { kind: 'dense', value });
};
