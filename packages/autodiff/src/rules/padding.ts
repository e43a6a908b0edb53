import { firstOutputGradient, type GradientRule } from '../rule.js';
import { unsupported } from './unsupported.js';

/**
 * Padding by a value: what was padded receives its part of the gradient, the value all of the rest. Negative pads cut.
 */
export const pad: GradientRule = (context) => {
  const { builder, node } = context;
  const [, pads, padding = '', axes = ''] = node.inputs;
  const mode = node.attributes['mode'];
  if (mode?.type === 'string' && mode.value !== 'constant') throw unsupported(node, 'constant padding', mode.value);
  const gradient = firstOutputGradient(context);
  // Padding by the negative amounts undoes it.
  const undone = builder.op('Neg', [pads!]);
  const inner = builder.op('Pad', axes === '' ? [gradient, undone] : [gradient, undone, '', axes]);
  if (context.needs(0)) context.contribute(0, { kind: 'dense', value: inner });
  if (context.needs(2)) {
    const total = (value: string): string => builder.op('ReduceSum', [value]);
    const outer = builder.op('Sub', [total(gradient), total(inner)]);
    // A scalar, or what passes for one.
    const shape = builder.integers(context.type(padding).dims.map(Number));
    const value = builder.op('Reshape', [outer, shape]);
    context.contribute(2, { kind: 'dense', value });
  }
};
