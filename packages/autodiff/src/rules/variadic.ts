import type { GradientRule, RuleContext } from '../rule.js';
import { firstOutputGradient } from '../rule.js';

/** y = Σ of any number of inputs, broadcast: every one receives dy. */
export const sum: GradientRule = (context) => contributeToAll(context, firstOutputGradient(context));

/** y = mean of any number of inputs, broadcast: every one receives dy / their number. */
export const mean: GradientRule = (context) => {
  const { builder, node } = context;
  const count = builder.number(node.inputs.length, context.type(node.outputs[0]!).dataType);
  contributeToAll(context, builder.op('Div', [firstOutputGradient(context), count]));
};

function contributeToAll(context: RuleContext, value: string): void {
  context.node.inputs.forEach((_, index) => {
    if (context.needs(index)) context.contribute(index, { kind: 'broadcast', value, like: context.node.outputs[0]! });
  });
}
