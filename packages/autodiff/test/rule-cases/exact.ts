import { float32, int, int64, string, type GraphBuilder } from '@guided-dropout/onnx';

/** A computation whose gradient is known where no difference quotient tells it: at kinks, ties, zeros and extremes. */
export interface ExactCase {
  /** The value of the vector x. */
  readonly at: readonly number[];
  readonly emit: (builder: GraphBuilder, x: string) => string;
  /** The gradient by x of the sum of what is computed. */
  readonly gradient: readonly number[];
}

const alone =
  (opType: string) =>
  (b: GraphBuilder, x: string): string =>
    b.op(opType, [x]);

const number = (b: GraphBuilder, value: number): string => b.number(value, 'float32');

const vector = (b: GraphBuilder, ...values: number[]): string => b.constant(float32([values.length], values));

/** By the rule's key, and by what is particular to each; conventions at kinks are PyTorch's unless noted. */
export const exactCases: Readonly<Record<string, Readonly<Record<string, ExactCase>>>> = {
  Relu: { 'at the kink': { at: [-1, 0, 2], emit: alone('Relu'), gradient: [0, 0, 1] } },
  Abs: { 'at the kink': { at: [-1, 0, 2], emit: alone('Abs'), gradient: [-1, 0, 1] } },
  // ONNX defines each of these at the bend, and the slope is that of the piece it belongs to.
  LeakyRelu: { 'at the bend': { at: [-1, 0, 2], emit: alone('LeakyRelu'), gradient: [0.01, 1, 1] } },
  Elu: {
    'at the bend': { at: [0, 2], emit: alone('Elu'), gradient: [1, 1] },
    'at a sharp bend': {
      at: [0],
      emit: (b, x) => b.op('Elu', [x], { alpha: { type: 'float', value: 0.25 } }),
      gradient: [1],
    },
    'far out': { at: [-1000, 1000], emit: alone('Elu'), gradient: [0, 1] },
  },
  Selu: { 'at the bend': { at: [0], emit: alone('Selu'), gradient: [1.0507010221481323 * 1.6732631921768188] } },
  PRelu: {
    'at the bend': { at: [-1, 0, 2], emit: (b, x) => b.op('PRelu', [x, number(b, 0.5)]), gradient: [0.5, 1, 1] },
  },
  ThresholdedRelu: { 'at the threshold': { at: [0.5, 1, 2], emit: alone('ThresholdedRelu'), gradient: [0, 0, 1] } },
  HardSigmoid: {
    'at the corners': {
      at: [-4, -2, 0, 2, 4],
      emit: (b, x) => b.op('HardSigmoid', [x], { alpha: { type: 'float', value: 0.25 } }),
      gradient: [0, 0, 0.25, 0, 0],
    },
  },
  HardSwish: { 'at the corners': { at: [-4, -3, 0, 3, 4], emit: alone('HardSwish'), gradient: [0, 0, 0.5, 1, 1] } },
  Softplus: { 'far out': { at: [-1000, 1000], emit: alone('Softplus'), gradient: [0, 1] } },
  Mish: { 'far out': { at: [-1000, 1000], emit: alone('Mish'), gradient: [0, 1] } },
  Clip: {
    'at the bounds': {
      at: [-1, 0, 0.5, 1, 2],
      emit: (b, x) => b.op('Clip', [x, number(b, 0), number(b, 1)]),
      gradient: [0, 1, 1, 1, 0],
    },
    'a lower bound that is met': {
      at: [1],
      emit: (b, x) => b.op('Clip', [vector(b, 0, 1, 2), b.op('Squeeze', [x]), number(b, 9)]),
      gradient: [1],
    },
    'an upper bound that is met': {
      at: [1],
      emit: (b, x) => b.op('Clip', [vector(b, 0, 1, 2), number(b, -9), b.op('Squeeze', [x])]),
      gradient: [1],
    },
  },
  Max: {
    'ties in equal parts': {
      at: [1, 2, 3],
      emit: (b, x) => b.op('Max', [x, vector(b, 1, 1, 3), vector(b, 1, 0, 0)]),
      gradient: [1 / 3, 1, 1 / 2],
    },
  },
  Min: {
    'ties in equal parts': {
      at: [1, 2, 3],
      emit: (b, x) => b.op('Min', [x, vector(b, 1, 2, 1)]),
      gradient: [1 / 2, 1 / 2, 0],
    },
  },
  ReduceMax: { 'ties in equal parts': { at: [3, 1, 3], emit: alone('ReduceMax'), gradient: [0.5, 0, 0.5] } },
  ReduceMin: { 'ties in equal parts': { at: [3, 1, 1], emit: alone('ReduceMin'), gradient: [0, 0.5, 0.5] } },
  ReduceProd: {
    'one zero': { at: [2, 0, 5], emit: alone('ReduceProd'), gradient: [0, 10, 0] },
    'two zeros': { at: [0, 0, 5], emit: alone('ReduceProd'), gradient: [0, 0, 0] },
  },
  ReduceL1: { 'at the kink': { at: [-2, 0, 3], emit: alone('ReduceL1'), gradient: [-1, 0, 1] } },
  ReduceL2: { 'of zeros': { at: [0, 0], emit: alone('ReduceL2'), gradient: [0, 0] } },
  ReduceLogSumExp: { 'far out': { at: [1000, 1000], emit: alone('ReduceLogSumExp'), gradient: [0.5, 0.5] } },
  Pow: {
    'exponent 0, the base 0 too': { at: [0, 2], emit: (b, x) => b.op('Pow', [x, number(b, 0)]), gradient: [0, 0] },
    'base 0, the exponent 0 too': { at: [0, 2], emit: (b, x) => b.op('Pow', [number(b, 0), x]), gradient: [0, 0] },
    'base 0, a negative exponent': {
      at: [-1],
      emit: (b, x) => b.op('Pow', [number(b, 0), x]),
      gradient: [-Infinity],
    },
    'square at 0': { at: [0, 3], emit: (b, x) => b.op('Pow', [x, number(b, 2)]), gradient: [0, 6] },
  },
  Mod: {
    'of negative numbers': {
      at: [3],
      emit: (b, x) => b.op('Mod', [vector(b, -7, 7, 2), x], { fmod: int(1) }),
      gradient: [0],
    },
    'many times over': { at: [3], emit: (b, x) => b.op('Mod', [number(b, 100), x], { fmod: int(1) }), gradient: [-33] },
  },
  NegativeLogLikelihoodLoss: {
    'every label ignored': {
      at: [1, 2],
      emit: (b, x) => labelLoss(b, 'NegativeLogLikelihoodLoss', x, -1),
      gradient: [0, 0],
    },
  },
  SoftmaxCrossEntropyLoss: {
    'every label ignored': {
      at: [1, 2],
      emit: (b, x) => labelLoss(b, 'SoftmaxCrossEntropyLoss', x, -1),
      gradient: [0, 0],
    },
    'logits far apart': {
      at: [1e4, -1e4],
      emit: (b, x) => labelLoss(b, 'SoftmaxCrossEntropyLoss', x, 1),
      gradient: [1, -1],
    },
  },
};

function labelLoss(b: GraphBuilder, opType: string, x: string, label: number): string {
  const rows = b.op('Unsqueeze', [x, b.integers([0])]);
  const attributes = { reduction: string('sum'), ignore_index: int(-1) };
  return b.op(opType, [rows, b.constant(int64([1], [label]))], attributes);
}
