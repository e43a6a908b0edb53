import type { GradientRules } from '../rule.js';
import { cumSum, trilu } from './accumulation.js';
import * as activations from './activations.js';
import { add, div, mod, mul, neg, sub } from './arithmetic.js';
import { einsum } from './einsum.js';
import { cos, erf, exp, log, reciprocal, sigmoid, sin, sqrt, tanh } from './elementwise.js';
import { gemm } from './gemm.js';
import { oneHot, range } from './generation.js';
import { gatherND } from './indexing.js';
import { concat, split } from './joining.js';
import { negativeLogLikelihoodLoss, softmaxCrossEntropyLoss } from './label-loss.js';
import { gather, gatherElements } from './lookup.js';
import { matMul } from './matrix-product.js';
import { castRule, expand, reshape, transposeRule } from './movement.js';
import { dropout } from './noise.js';
import { reduceL1, reduceL2, reduceLogSum, reduceLogSumExp, reduceSumSquare } from './norm-reduction.js';
import { layerNormalization, logSoftmax, softmax } from './normalisation.js';
import { pad } from './padding.js';
import { abs, clip, extreme, relu } from './piecewise.js';
import { pow } from './power.js';
import { reduceExtreme, reduceMean, reduceProd, reduceSumRule } from './reduction.js';
import { scatterElements, scatterND } from './scattering.js';
import { topK, where } from './selection.js';
import { slice } from './slicing.js';
import { tile } from './tiling.js';
import * as trigonometry from './trigonometry.js';
import { mean, sum } from './variadic.js';

/** The built-in rules, all of the standard domain. Identity needs none: what passes it stays as it is. */
export const defaultRules: GradientRules = new Map([
  ['Abs', abs],
  ['Acos', trigonometry.acos],
  ['Acosh', trigonometry.acosh],
  ['Add', add],
  ['Asin', trigonometry.asin],
  ['Asinh', trigonometry.asinh],
  ['Atan', trigonometry.atan],
  ['Atanh', trigonometry.atanh],
  ['Cast', castRule],
  ['CastLike', castRule],
  ['Clip', clip],
  ['Concat', concat],
  ['Cos', cos],
  ['Cosh', trigonometry.cosh],
  ['CumSum', cumSum],
  ['Div', div],
  ['Dropout', dropout],
  ['Einsum', einsum],
  ['Elu', activations.elu],
  ['Erf', erf],
  ['Exp', exp],
  ['Expand', expand],
  ['Flatten', reshape],
  ['Gather', gather],
  ['GatherElements', gatherElements],
  ['GatherND', gatherND],
  ['Gemm', gemm],
  ['HardSigmoid', activations.hardSigmoid],
  ['HardSwish', activations.hardSwish],
  ['LayerNormalization', layerNormalization],
  ['LeakyRelu', activations.leakyRelu],
  ['Log', log],
  ['LogSoftmax', logSoftmax],
  ['MatMul', matMul],
  ['Max', extreme],
  ['Mean', mean],
  ['Min', extreme],
  ['Mish', activations.mish],
  ['Mod', mod],
  ['Mul', mul],
  ['Neg', neg],
  ['NegativeLogLikelihoodLoss', negativeLogLikelihoodLoss],
  ['OneHot', oneHot],
  ['PRelu', activations.pRelu],
  ['Pad', pad],
  ['Pow', pow],
  ['Range', range],
  ['Reciprocal', reciprocal],
  ['ReduceL1', reduceL1],
  ['ReduceL2', reduceL2],
  ['ReduceLogSum', reduceLogSum],
  ['ReduceLogSumExp', reduceLogSumExp],
  ['ReduceMax', reduceExtreme],
  ['ReduceMean', reduceMean],
  ['ReduceMin', reduceExtreme],
  ['ReduceProd', reduceProd],
  ['ReduceSum', reduceSumRule],
  ['ReduceSumSquare', reduceSumSquare],
  ['Relu', relu],
  ['Reshape', reshape],
  ['ScatterElements', scatterElements],
  ['ScatterND', scatterND],
  ['Selu', activations.selu],
  ['Sigmoid', sigmoid],
  ['Sin', sin],
  ['Sinh', trigonometry.sinh],
  ['Slice', slice],
  ['Softmax', softmax],
  ['SoftmaxCrossEntropyLoss', softmaxCrossEntropyLoss],
  ['Softplus', activations.softplus],
  ['Softsign', activations.softsign],
  ['Split', split],
  ['Sqrt', sqrt],
  ['Squeeze', reshape],
  ['Sub', sub],
  ['Sum', sum],
  ['Tan', trigonometry.tan],
  ['Tanh', tanh],
  ['ThresholdedRelu', activations.thresholdedRelu],
  ['Tile', tile],
  ['TopK', topK],
  ['Transpose', transposeRule],
  ['Trilu', trilu],
  ['Unsqueeze', reshape],
  ['Where', where],
]);
