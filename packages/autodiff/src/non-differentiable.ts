import type { Node } from '@guided-dropout/onnx';

/**
 * Operators of opset 18 whose outputs do not depend differentiably on any input, by what they give. Of steps the slope
 * is 0 wherever there is one.
 */
const byKind = {
  truth: `And BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Equal Greater GreaterOrEqual IsInf IsNaN Less
    LessOrEqual Not Or Xor`,
  indicesAndCounts: 'ArgMax ArgMin NonMaxSuppression NonZero OptionalHasElement SequenceLength Shape Size',
  steps: 'Ceil ConvInteger Floor Hardmax MatMulInteger QLinearConv QLinearMatMul QuantizeLinear Round Sign',
  valuesOfShapesOrIntegers: `BlackmanWindow Constant ConstantOfShape EyeLike HammingWindow HannWindow MelWeightMatrix
    SequenceEmpty StringNormalizer TfIdfVectorizer`,
  noise: 'Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike',
};

const nonDifferentiable: ReadonlySet<string> = new Set(Object.values(byKind).flatMap((names) => names.split(/\s+/)));

/** The codes of the integer types, bool and string. */
const nonFloatingTypes: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 8, 9, 12, 13]);

/** Whether gradients stop at a node. */
export function isNonDifferentiable(node: Node): boolean {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return false;
  if (node.opType === 'Cast') {
    const to = node.attributes['to'];
    return to?.type === 'int' && nonFloatingTypes.has(Number(to.value));
  }
  return nonDifferentiable.has(node.opType);
}
