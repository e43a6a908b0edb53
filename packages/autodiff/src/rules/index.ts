import type { GradientRules } from '../rule.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { erf, exp, log, reciprocal, sqrt, tanh } from './elementwise.js';
import { gather, gatherElements } from './lookup.js';
import { matMul } from './matrix-product.js';
import { castRule, expand, identity, reshape, transposeRule } from './movement.js';
import { dropout } from './noise.js';
import { layerNormalization, logSoftmax, softmax } from './normalisation.js';
import { reduceMean, reduceSumRule } from './reduction.js';
import { where } from './selection.js';

/** The built-in rules, all of the standard domain. */
export const defaultRules: GradientRules = new Map([
  ['Add', add],
  ['Cast', castRule],
  ['Div', div],
  ['Dropout', dropout],
  ['Erf', erf],
  ['Exp', exp],
  ['Expand', expand],
  ['Flatten', reshape],
  ['Gather', gather],
  ['GatherElements', gatherElements],
  ['Identity', identity],
  ['LayerNormalization', layerNormalization],
  ['Log', log],
  ['LogSoftmax', logSoftmax],
  ['MatMul', matMul],
  ['Mul', mul],
  ['Neg', neg],
  ['Reciprocal', reciprocal],
  ['ReduceMean', reduceMean],
  ['ReduceSum', reduceSumRule],
  ['Reshape', reshape],
  ['Softmax', softmax],
  ['Sqrt', sqrt],
  ['Squeeze', reshape],
  ['Sub', sub],
  ['Tanh', tanh],
  ['Transpose', transposeRule],
  ['Unsqueeze', reshape],
  ['Where', where],
]);
