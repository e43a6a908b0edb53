import { cast } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** y = max(x, 0): dx = dy where y > 0, else 0 (as PyTorch at the kink). */
export const relu: GradientRule = (context) => {
  const { builder, node } = context;
  const zero = builder.number(0, context.type(node.outputs[0]!).dataType);
  const positive = builder.op('Greater', [node.outputs[0]!, zero]);
  const value = builder.op('Where', [positive, firstOutputGradient(context), zero]);
  context.contribute(0, { kind: 'dense', value });
};

/** y = |x|: dx = dy · sign x, 0 at 0. */
export const abs: GradientRule = (context) => {
  const { builder, node } = context;
  const value = builder.op('Mul', [firstOutputGradient(context), builder.op('Sign', [node.inputs[0]!])]);
  context.contribute(0, { kind: 'dense', value });
};

/** Min and Max of any number of inputs: dy goes to the inputs that attain it, in equal parts where several do. */
export const extreme: GradientRule = (context) => {
  const { builder, node } = context;
  const y = node.outputs[0]!;
  const { dataType } = context.type(y);
  const attains = node.inputs.map((x) => cast(builder, builder.op('Equal', [x, y]), dataType));
  const count = attains.reduce((sum, mask) => builder.op('Add', [sum, mask]));
  const share = builder.op('Div', [firstOutputGradient(context), count]);
  attains.forEach((mask, index) => {
    if (!context.needs(index)) return;
    context.contribute(index, { kind: 'broadcast', value: builder.op('Mul', [share, mask]), like: y });
  });
};

/** y = x within [min, max]: dx = dy there (bounds included); a bound receives dy where it took the place of x. */
export const clip: GradientRule = (context) => {
  const { builder, node } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const gradient = firstOutputGradient(context);
  const zero = builder.number(0, context.type(y).dataType);
  const where = (condition: string): string => builder.op('Where', [condition, gradient, zero]);
  if (context.needs(0)) context.contribute(0, { kind: 'dense', value: where(builder.op('Equal', [x, y])) });
  for (const [index, clipped] of [
    [1, 'Less'],
    [2, 'Greater'],
  ] as const) {
    if (!context.needs(index)) continue;
    const value = where(builder.op(clipped, [x, node.inputs[index]!]));
    context.contribute(index, { kind: 'broadcast', value, like: y });
  }
};
