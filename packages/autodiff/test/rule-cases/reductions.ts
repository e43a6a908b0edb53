import { int, int64 } from '@guided-dropout/onnx';
import { positive, type RuleCase, type RuleCases } from './rule-case.js';
import type { GraphBuilder } from '@guided-dropout/onnx';

/** A reduction over axes given in every way; `before` brings the draws where the operator is defined. */
function reduction(opType: string, before: (b: GraphBuilder, value: string) => string = (_b, x) => x): RuleCases {
  return {
    'last axis kept': (b, p) => b.op(opType, [before(b, p(2, 3, 4)), b.integers([-1])]),
    'inner axis dropped': (b, p) => b.op(opType, [before(b, p(2, 3, 4)), b.integers([1])], { keepdims: int(0) }),
    'two axes dropped': (b, p) => b.op(opType, [before(b, p(2, 3, 4)), b.integers([0, 2])], { keepdims: int(0) }),
    'two axes kept, from the end': (b, p) => b.op(opType, [before(b, p(2, 3, 4)), b.integers([-1, -3])]),
    'all axes': (b, p) => b.op(opType, [before(b, p(2, 3))], { keepdims: int(0) }),
    'all axes, kept': (b, p) => b.op(opType, [before(b, p(2, 3))]),
    'all axes, as an empty list': (b, p) =>
      b.op(opType, [before(b, p(2, 3)), b.constant(int64([0], []))], { keepdims: int(0) }),
    'no axes, by request': (b, p) => b.op(opType, [before(b, p(2, 3))], { noop_with_empty_axes: int(1) }),
    'no axes, by request, none to keep': (b, p) =>
      b.op(opType, [before(b, p(2, 3))], { noop_with_empty_axes: int(1), keepdims: int(0) }),
    'an axis in spite of the request': (b, p) =>
      b.op(opType, [before(b, p(2, 3)), b.integers([0])], { noop_with_empty_axes: int(1) }),
  };
}

/** Zeros at some elements, which are not parameters. */
const withZeros =
  (...pattern: readonly number[]): RuleCase =>
  (b, p) => {
    const kept = b.constant({ dataType: 'float32', dims: [pattern.length], data: Float32Array.from(pattern) });
    const values = b.op('Mul', [p(2, pattern.length), kept]);
    return b.op('ReduceProd', [values, b.integers([1])]);
  };

export const reductionCases: Readonly<Record<string, RuleCases>> = {
  ReduceSum: reduction('ReduceSum'),
  ReduceMean: reduction('ReduceMean'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMin: reduction('ReduceMin'),
  ReduceProd: {
    ...reduction('ReduceProd'),
    'with a zero': withZeros(1, 0, 1),
    'with two zeros': withZeros(0, 1, 0),
  },
  ReduceL1: reduction('ReduceL1'),
  ReduceL2: reduction('ReduceL2'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  ReduceLogSum: reduction('ReduceLogSum', positive),
  ReduceLogSumExp: reduction('ReduceLogSumExp'),
};
