import type { GradientRules } from '../rule.js';
import { cumSum, trilu } from './accumulation.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { cos, erf, exp, log, reciprocal, sigmoid, sin, sqrt, tanh } from './elementwise.js';
import { gemm } from './gemm.js';
import { gatherND, scatterND } from './indexing.js';
import { gather, gatherElements } from './lookup.js';
import { matMul } from './matrix-product.js';
import { castRule, expand, identity, reshape, transposeRule } from './movement.js';
import { dropout } from './noise.js';
import { abs, clip, extreme, relu } from './piecewise.js';
import { pow } from './power.js';
import { layerNormalization, logSoftmax, softmax } from './normalisation.js';
import { reduceMean, reduceSumRule } from './reduction.js';
import { where } from './selection.js';
import { concat, pad, slice, split } from './slicing.js';
import { sum } from './variadic.js';

/** The built-in rules, all of the standard domain. */
export const defaultRules: GradientRules = new Map([
  ['Abs', abs],
  ['Add', add],
  ['Cast', castRule],
  ['Clip', clip],
  ['Concat', concat],
  ['Cos', cos],
  ['CumSum', cumSum],
  ['Div', div],
  ['Dropout', dropout],
  ['Erf', erf],
  ['Exp', exp],
  ['Expand', expand],
  ['Flatten', reshape],
  ['Gather', gather],
  ['GatherElements', gatherElements],
  ['GatherND', gatherND],
  ['Gemm', gemm],
  ['Identity', identity],
  ['LayerNormalization', layerNormalization],
  ['Log', log],
  ['LogSoftmax', logSoftmax],
  ['MatMul', matMul],
  ['Max', extreme],
  ['Min', extreme],
  ['Mul', mul],
  ['Neg', neg],
  ['Pad', pad],
  ['Pow', pow],
  ['Reciprocal', reciprocal],
  ['ReduceMean', reduceMean],
  ['ReduceSum', reduceSumRule],
  ['Relu', relu],
  ['Reshape', reshape],
  ['ScatterND', scatterND],
  ['Sigmoid', sigmoid],
  ['Sin', sin],
  ['Slice', slice],
  ['Softmax', softmax],
  ['Split', split],
  ['Sqrt', sqrt],
  ['Squeeze', reshape],
  ['Sub', sub],
  ['Sum', sum],
  ['Tanh', tanh],
  ['Transpose', transposeRule],
  ['Trilu', trilu],
  ['Unsqueeze', reshape],
  ['Where', where],
]);
