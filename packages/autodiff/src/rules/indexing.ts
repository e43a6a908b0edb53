import { GuidedDropoutError } from '@guided-dropout/core';
import { readInt, string } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** Slices taken by index tuples: gradients are added back where they came from. */
export const gatherND: GradientRule = (context) => {
  const { builder, node } = context;
  const [data, indices] = [node.inputs[0]!, node.inputs[1]!];
  if (readInt(node, 'batch_dims', 0) !== 0) {
    throw new GuidedDropoutError('AUTODIFF_UNSUPPORTED', {
      where: `node '${node.name}' (GatherND)`,
      expected: 'batch_dims 0',
      received: String(readInt(node, 'batch_dims', 0)),
      fix: 'Write the batch index into the index tuples.',
    });
  }
  const zeros = zerosLike(builder, data, context.type(data));
  const value = builder.op('ScatterND', [zeros, indices, firstOutputGradient(context)], { reduction: string('add') });
  context.contribute(0, { kind: 'dense', value });
};

/**
 * Updates written into, or added to, slices named by index tuples: the updates receive the gradient at their places;
 * the data receives it everywhere, except where it was overwritten.
 */
export const scatterND: GradientRule = (context) => {
  const { builder, node } = context;
  const [, indices, updates] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2]!];
  const gradient = firstOutputGradient(context);
  const attribute = node.attributes['reduction'];
  const reduction = attribute?.type === 'string' ? attribute.value : 'none';
  if (reduction !== 'none' && reduction !== 'add') {
    throw new GuidedDropoutError('AUTODIFF_UNSUPPORTED', {
      where: `node '${node.name}' (ScatterND)`,
      expected: "reduction 'none' or 'add'",
      received: `'${reduction}'`,
      fix: 'Pass a rule of your own in options.rules.',
    });
  }
  if (context.needs(0)) {
    const zeros = (): string => zerosLike(builder, updates, context.type(updates));
    const value = reduction === 'add' ? gradient : builder.op('ScatterND', [gradient, indices, zeros()]);
    context.contribute(0, { kind: 'dense', value });
  }
  if (context.needs(2)) context.contribute(2, { kind: 'dense', value: builder.op('GatherND', [gradient, indices]) });
};
