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
