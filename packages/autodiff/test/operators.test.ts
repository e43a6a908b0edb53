import { describe, expect, it } from 'vitest';
import { defaultRules } from '../src/index.js';
import { isNonDifferentiable } from '../src/non-differentiable.js';

/** Every operator of ai.onnx, opset 18. */
const operators = `Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Bernoulli
  BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip Col2Im
  Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DFT
  DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten
  Floor GRU Gather GatherElements GatherND Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual
  GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If
  InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop
  LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization
  MelWeightMatrix Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot
  Optional OptionalGetElement OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RNN
  RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum
  ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize
  ReverseSequence RoiAlign Round STFT Scan ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty
  SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
  SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringNormalizer Sub Sum
  Tan Tanh TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Where Xor`.split(/\s+/);

/** Differentiable, but in no language model: an error names them where a gradient has to pass. */
const withoutRule = `AveragePool BatchNormalization Celu CenterCropPad Col2Im Compress ConcatFromSequence Conv
  ConvTranspose DFT DepthToSpace DequantizeLinear Det DynamicQuantizeLinear GRU GlobalAveragePool GlobalLpPool
  GlobalMaxPool GridSample GroupNormalization If InstanceNormalization LRN LSTM Loop LpNormalization LpPool MaxPool
  MaxRoiPool MaxUnpool MeanVarianceNormalization Optional OptionalGetElement RNN Resize ReverseSequence RoiAlign STFT
  Scan SequenceAt SequenceConstruct SequenceErase SequenceInsert SequenceMap Shrink SpaceToDepth SplitToSequence
  Unique`.split(/\s+/);

const nodeOf = (opType: string) => ({ name: 'node', opType, domain: '', inputs: [], outputs: [], attributes: {} });

describe('every operator of opset 18', () => {
  it('has a rule, or stops gradients, or is known to do neither', () => {
    const classes = new Map(
      operators.map((opType) => [
        opType,
        [
          // Identity passes what it gets before any rule is asked.
          defaultRules.has(opType) || opType === 'Identity',
          isNonDifferentiable(nodeOf(opType)),
          withoutRule.includes(opType),
        ].filter(Boolean).length,
      ]),
    );
    expect([...classes].filter(([, count]) => count !== 1)).toEqual([]);
  });

  it('is all that there are rules for', () => {
    expect([...defaultRules.keys()].filter((opType) => !operators.includes(opType))).toEqual([]);
  });

  it('of another domain neither stops gradients nor has a rule', () => {
    expect(isNonDifferentiable({ ...nodeOf('Shape'), domain: 'com.example' })).toBe(false);
  });
});

describe('a cast', () => {
  it.each([
    [1, false],
    [6, true],
    [7, true],
    [8, true],
    [9, true],
    [10, false],
    [11, false],
    [16, false],
  ])('to type %i stops gradients: %s', (to, stops) => {
    expect(isNonDifferentiable({ ...nodeOf('Cast'), attributes: { to: { type: 'int', value: to } } })).toBe(stops);
  });
});
