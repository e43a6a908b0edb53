import { int, readInt } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** y = a where the condition holds, else b: each side receives dy where it was chosen, 0 elsewhere. */
export const where: GradientRule = (context) => {
  const { node, builder } = context;
  const [condition, output] = [node.inputs[0]!, node.outputs[0]!];
  const gradient = firstOutputGradient(context);
  const zero = builder.number(0, context.type(output).dataType);
  if (context.needs(1)) {
    const value = builder.op('Where', [condition, gradient, zero]);
    context.contribute(1, { kind: 'broadcast', value, like: output });
  }
  if (context.needs(2)) {
    const value = builder.op('Where', [condition, zero, gradient]);
    context.contribute(2, { kind: 'broadcast', value, like: output });
  }
};

/** The largest or smallest elements along an axis: each receives the gradient of its place in the result. */
export const topK: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, indices] = [node.inputs[0]!, node.outputs[1]!];
  const zeros = zerosLike(builder, x, context.type(x));
  // No element is taken twice, so there is nothing to add up.
  const attributes = { axis: int(readInt(node, 'axis', -1)) };
  const value = builder.op('ScatterElements', [zeros, indices, firstOutputGradient(context)], attributes);
  context.contribute(0, { kind: 'dense', value });
};
