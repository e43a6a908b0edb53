import { int, readInt } from '@guided-dropout/onnx';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** Running sums along an axis: the gradient's running sums in the other direction. */
export const cumSum: GradientRule = (context) => {
  const { builder, node } = context;
  const value = builder.op('CumSum', [firstOutputGradient(context), node.inputs[1]!], {
    exclusive: int(readInt(node, 'exclusive', 0)),
    reverse: int(1 - readInt(node, 'reverse', 0)),
  });
  context.contribute(0, { kind: 'dense', value });
};

/** The upper or lower triangle: the gradient's same triangle. */
export const trilu: GradientRule = (context) => {
  const { builder, node } = context;
  const value = builder.op('Trilu', [firstOutputGradient(context), ...node.inputs.slice(1)], node.attributes);
  context.contribute(0, { kind: 'dense', value });
};
