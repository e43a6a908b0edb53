import { int, string, tensor, type DataType, type Tensor } from '@guided-dropout/onnx';
import { reduceSum, zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';
import { unsupported } from './unsupported.js';

/**
 * The negative log-likelihood −x[label]·weight[label] of labels [N, d₁, …] in x [N, C, d₁, …], each, summed, or summed
 * and divided by the sum of the weights: −dy·weight at the label; 0 at other classes and for ignored labels.
 */
export const negativeLogLikelihoodLoss: GradientRule = (context) => {
  const { builder, node } = context;
  const x = node.inputs[0]!;
  const { index, weight } = labelGradient(context, firstOutputGradient(context));
  const zeros = zerosLike(builder, x, context.type(x));
  const value = builder.op('ScatterElements', [zeros, index, builder.op('Neg', [weight])], { axis: int(1) });
  context.contribute(0, { kind: 'dense', value });
};

/**
 * The same of log softmax(x), which is the second output. With p = softmax(x), w = dy·weight and g the gradient of that
 * output: dx = p·w, minus w at the label, + g − p·Σ g over the classes.
 */
export const softmaxCrossEntropyLoss: GradientRule = (context) => {
  const { builder, node } = context;
  const [loss, logProbability] = [context.outputGradient(0), context.outputGradient(1)];
  const probability = builder.op('Exp', [builder.extendOutputs(node.outputs[0]!, 2)[1]!]);
  if (loss !== undefined) {
    const { index, weight } = labelGradient(context, loss);
    const expected = builder.op('Mul', [probability, weight]);
    const attributes = { axis: int(1), reduction: string('add') };
    const value = builder.op('ScatterElements', [expected, index, builder.op('Neg', [weight])], attributes);
    context.contribute(0, { kind: 'dense', value });
  }
  if (logProbability !== undefined) {
    const share = builder.op('Mul', [probability, reduceSum(builder, logProbability, [1], true)]);
    context.contribute(0, { kind: 'dense', value: builder.op('Sub', [logProbability, share]) });
  }
};

/** Every label as an index of a class, and the gradient of its −log p, 0 where it is ignored; both [N, 1, d₁, …]. */
function labelGradient(context: RuleContext, gradient: string): { readonly index: string; readonly weight: string } {
  const { builder, node } = context;
  if (context.needs(2)) throw unsupported(node, 'class weights that depend on no parameter', 'some that do');
  const reduction = node.attributes['reduction'];
  const { index, weight } = weightedLabels(context);
  const isMean = reduction?.type !== 'string' || reduction.value === 'mean';
  const share = isMean ? builder.op('Div', [gradient, builder.op('ReduceSum', [weight])]) : gradient;
  const classAxis = (value: string): string => builder.op('Unsqueeze', [value, builder.integers([1])]);
  return { index: classAxis(index), weight: classAxis(builder.op('Mul', [weight, share])) };
}

/** Labels and their weights, [N, d₁, …]: an ignored label becomes class 0 with the weight 0. */
function weightedLabels({ builder, node, type }: RuleContext): { readonly index: string; readonly weight: string } {
  const [x, labels, classWeights = ''] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2]];
  const { dataType } = type(x);
  const weightOf = (index: string): string =>
    classWeights === ''
      ? builder.op('Expand', [builder.number(1, dataType), builder.op('Shape', [index])])
      : builder.op('Gather', [classWeights, index]);
  const ignoreIndex = node.attributes['ignore_index'];
  if (ignoreIndex?.type !== 'int') return { index: labels, weight: weightOf(labels) };
  const integer = (value: number): string => builder.constant(integerScalar(type(labels).dataType, value));
  const ignored = builder.op('Equal', [labels, integer(Number(ignoreIndex.value))]);
  const index = builder.op('Where', [ignored, integer(0), labels]);
  return { index, weight: builder.op('Where', [ignored, builder.number(0, dataType), weightOf(index)]) };
}

function integerScalar(dataType: DataType, value: number): Tensor {
  return dataType === 'int32'
    ? tensor('int32', [], Int32Array.of(value))
    : tensor('int64', [], BigInt64Array.of(BigInt(value)));
}
