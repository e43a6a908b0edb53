import { int, readInt } from '../../attributes.js';
import { requiredInput, type Lowering } from '../lowering.js';

/** com.microsoft BiasSoftmax: the softmax of scores + bias over the last axis. */
export const biasSoftmax: Lowering = (context) => {
  const scores = requiredInput(context, 0);
  const axis = readInt(context.node, 'axis', 1);
  const rank = context.type(scores).dims?.length;
  if (axis !== -1 && axis + 1 !== rank) {
    throw context.refuse({
      expected: 'a softmax over the last axis only',
      received: `axis ${axis} of a value of rank ${rank ?? 'unknown'}`,
      fix: "Pass the value's type in options.types if its rank is unknown; else export without graph optimisation.",
    });
  }
  const sum = context.builder.op('Add', [scores, requiredInput(context, 1)]);
  return [context.builder.op('Softmax', [sum], { axis: int(-1) })];
};

/** com.microsoft BiasAdd: input + bias + skip. */
export const biasAdd: Lowering = (context) => {
  const sum = context.builder.op('Add', [requiredInput(context, 0), requiredInput(context, 1)]);
  return [context.builder.op('Add', [sum, requiredInput(context, 2)])];
};

/** com.microsoft BiasDropout: Dropout of data + bias, then the residual added. */
export const biasDropout: Lowering = (context) => {
  const { builder, node } = context;
  const sum = builder.op('Add', [requiredInput(context, 0), requiredInput(context, 1)]);
  const ratio = context.input(3) ?? '';
  const training = context.input(4) ?? '';
  const inputs = training !== '' ? [sum, ratio, training] : ratio !== '' ? [sum, ratio] : [sum];
  const [dropped, mask = ''] = builder.ops('Dropout', inputs, context.wants(1) ? 2 : 1, node.attributes);
  const residual = context.input(2);
  return [residual === undefined ? dropped! : builder.op('Add', [dropped!, residual]), mask];
};
