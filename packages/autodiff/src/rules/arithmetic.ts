import { multiply } from '../emit.js';
import type { GradientRule, RuleContext } from '../rule.js';
import { firstOutputGradient } from '../rule.js';

/** Contributes a gradient in the output's shape to an input that may have been broadcast to it. */
function contributeBroadcast(context: RuleContext, index: number, value: string): void {
  context.contribute(index, { kind: 'broadcast', value, like: context.node.outputs[0]! });
}

/** y = a + b: da = dy, db = dy. */
export const add: GradientRule = (context) => {
  const gradient = firstOutputGradient(context);
  for (const index of [0, 1]) if (context.needs(index)) contributeBroadcast(context, index, gradient);
};

/** y = a − b: da = dy, db = −dy. */
export const sub: GradientRule = (context) => {
  const gradient = firstOutputGradient(context);
  if (context.needs(0)) contributeBroadcast(context, 0, gradient);
  if (context.needs(1)) contributeBroadcast(context, 1, context.builder.op('Neg', [gradient]));
};

/** y = a · b: da = dy · b, db = dy · a. */
export const mul: GradientRule = (context) => {
  const { node } = context;
  const gradient = firstOutputGradient(context);
  for (const index of [0, 1]) {
    if (!context.needs(index)) continue;
    contributeBroadcast(context, index, multiply(context, gradient, node.inputs[1 - index]!));
  }
};

/** y = a / b: da = dy / b, db = −dy · y / b. */
export const div: GradientRule = (context) => {
  const { builder, node } = context;
  const quotient = builder.op('Div', [firstOutputGradient(context), node.inputs[1]!]);
  if (context.needs(0)) contributeBroadcast(context, 0, quotient);
  if (context.needs(1)) {
    contributeBroadcast(context, 1, builder.op('Neg', [builder.op('Mul', [quotient, node.outputs[0]!])]));
  }
};

/** y = a − b·trunc(a/b), the remainder of floating numbers: da = dy, db = −dy·trunc(a/b). */
export const mod: GradientRule = (context) => {
  const { builder, node } = context;
  const [a, b, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  const gradient = firstOutputGradient(context);
  if (context.needs(0)) contributeBroadcast(context, 0, gradient);
  if (context.needs(1)) {
    // A whole number but for its last bits.
    const quotient = builder.op('Round', [builder.op('Div', [builder.op('Sub', [a, y]), b])]);
    contributeBroadcast(context, 1, builder.op('Neg', [builder.op('Mul', [gradient, quotient])]));
  }
};

/** y = −x: dx = −dy. */
export const neg: GradientRule = (context) => {
  const value = context.builder.op('Neg', [firstOutputGradient(context)]);
  context.contribute(0, { kind: 'dense', value });
};
