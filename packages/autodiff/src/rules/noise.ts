import { attributeInput } from '../errors.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/**
 * y = x · mask/(1 − ratio) in training: dx = dy · mask/(1 − ratio), with the mask that the forward pass drew.
 * Outside training mode y = x.
 */
export const dropout: GradientRule = (context) => {
  const { node, builder } = context;
  if (node.attributes['ratio'] !== undefined) throw attributeInput(node, 'ratio');
  const gradient = firstOutputGradient(context);
  const [, ratio = '', training = ''] = node.inputs;
  if (training === '') {
    context.contribute(0, { kind: 'dense', value: gradient });
    return;
  }
  const { dataType } = context.type(node.outputs[0]!);
  const number = (value: number): string => builder.number(value, dataType);
  // The operator's own default ratio is 0.5.
  const keep = builder.op('Sub', [number(1), ratio === '' ? number(0.5) : ratio]);
  const mask = builder.extendOutputs(node.outputs[0]!, 2)[1]!;
  const dropped = builder.op('Where', [mask, builder.op('Div', [gradient, keep]), number(0)]);
  const alwaysTraining = builder.initializerOf(training)?.data[0] === 1;
  const value = alwaysTraining ? dropped : builder.op('Where', [training, dropped, gradient]);
  context.contribute(0, { kind: 'dense', value });
};
