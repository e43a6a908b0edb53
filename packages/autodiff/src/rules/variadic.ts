import { firstOutputGradient, type GradientRule } from '../rule.js';

/** y = Σ of any number of inputs, broadcast: every one receives dy. */
export const sum: GradientRule = (context) => {
  const value = firstOutputGradient(context);
  context.node.inputs.forEach((_, index) => {
    if (context.needs(index)) context.contribute(index, { kind: 'broadcast', value, like: context.node.outputs[0]! });
  });
};
