import { float32, int, int64, string, zeros, type Attribute, type GraphBuilder } from '@guided-dropout/onnx';
import type { RuleCase } from './rule-case.js';

/** A use of an operator that its rule cannot differentiate, and what the error has to say. */
export interface RefusedCase {
  readonly emit: RuleCase;
  readonly message: RegExp;
}

const computed = (b: GraphBuilder, value: number): string => b.op('Identity', [b.integers([value])]);

const scattered = (opType: string, indices: readonly number[], reduction: string): RuleCase => {
  const attributes: Record<string, Attribute> = { reduction: string(reduction) };
  return (b, p, c) => b.op(opType, [p(2, 2), b.constant(zeros('int64', indices)), c(1, 2)], attributes);
};

const classWeights = (opType: string): RefusedCase => ({
  emit: (b, p, c) => b.op(opType, [c(2, 3), b.constant(int64([2], [0, 2])), p(3)]),
  message: /class weights/,
});

const statistic = (index: number): RefusedCase => ({
  emit: (b, p) => {
    const scale = b.constant(float32([3], [1, 1, 1]));
    return b.ops('LayerNormalization', [p(2, 3), scale], 3, { axis: int(-1) })[index]!;
  },
  message: /first output alone/,
});

/** By the rule's key, and by what is particular to each; every message names the node too. */
export const refusedCases: Readonly<Record<string, Readonly<Record<string, RefusedCase>>>> = {
  ReduceSum: {
    'computed axes': {
      emit: (b, p) => b.op('ReduceSum', [p(2, 3), computed(b, 1)]),
      message: /axes known when the graph is differentiated.*Identity:out/,
    },
  },
  Slice: {
    'computed axes': {
      emit: (b, p) => b.op('Slice', [p(2, 3), b.integers([0]), b.integers([1]), computed(b, 1)]),
      message: /axes as a constant.*Identity:out/,
    },
  },
  Pad: {
    'by reflection': {
      emit: (b, p) => b.op('Pad', [p(3), b.integers([1, 1])], { mode: string('reflect') }),
      message: /constant padding.*reflect/,
    },
  },
  Einsum: {
    'a diagonal': {
      emit: (b, p) => b.op('Einsum', [p(2, 2)], { equation: string('ii->i') }),
      message: /each label once.*'ii' in 'ii->i'/,
    },
  },
  ScatterND: {
    'a maximum': { emit: scattered('ScatterND', [1, 1], 'max'), message: /'none' or 'add'.*'max'/ },
  },
  ScatterElements: {
    'a product': { emit: scattered('ScatterElements', [1, 2], 'mul'), message: /'none' or 'add'.*'mul'/ },
  },
  NegativeLogLikelihoodLoss: { 'trained class weights': classWeights('NegativeLogLikelihoodLoss') },
  SoftmaxCrossEntropyLoss: { 'trained class weights': classWeights('SoftmaxCrossEntropyLoss') },
  LayerNormalization: { 'use of its mean': statistic(1), 'use of its inverse deviation': statistic(2) },
};
