import { Random } from '@guided-dropout/core';
import { float, float32, GraphBuilder, int, int64, ints, tensor, type Tensor } from '@guided-dropout/onnx';
import { emitExampleLogLikelihood } from '../src/index.js';

export const [BATCH, LENGTH, HIDDEN, VOCABULARY] = [3, 5, 4, 7];
const random = new Random(19);

export function normal(...dims: number[]): Tensor {
  return float32(
    dims,
    Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, () => random.normal()),
  );
}

/** Models that use a parameter `p` in one way each; they return `[batch, length, hidden]` logits over HIDDEN classes. */
export const parameterUses: Readonly<Record<string, (b: GraphBuilder, x: string, ids: string) => string>> = {
  'linear layer': (b, x) => b.op('MatMul', [x, b.initializer('p', normal(HIDDEN, HIDDEN))]),
  'transposed linear layer': (b, x) =>
    b.op('MatMul', [x, b.op('Transpose', [b.initializer('p', normal(HIDDEN, HIDDEN))], { perm: ints([1, 0]) })]),
  'linear layer on one row per example': (b, x) => {
    const first = b.op('Gather', [x, b.constant(int64([], [0]))], { axis: int(1) });
    const row = b.op('Tanh', [b.op('MatMul', [first, b.initializer('p', normal(HIDDEN, HIDDEN))])]);
    return b.op('Add', [x, b.op('Unsqueeze', [row, b.integers([1])])]);
  },
  bias: (b, x) => b.op('Tanh', [b.op('Add', [x, b.initializer('p', normal(HIDDEN))])]),
  scale: (b, x) => b.op('Mul', [x, b.initializer('p', normal(HIDDEN))]),
  'layer normalisation, scale': (b, x) =>
    b.op('LayerNormalization', [x, b.initializer('p', normal(HIDDEN)), b.constant(normal(HIDDEN))], {
      axis: int(-1),
      epsilon: float(1e-5),
    }),
  'layer normalisation, bias': (b, x) =>
    b.op('LayerNormalization', [x, b.constant(normal(HIDDEN)), b.initializer('p', normal(HIDDEN))], {
      axis: int(-1),
      epsilon: float(1e-5),
    }),
  'lookup with repeated ids': (b, x, ids) =>
    b.op('Add', [x, b.op('Gather', [b.initializer('p', normal(VOCABULARY, HIDDEN)), ids])]),
  'weight used twice': (b, x) => {
    const weight = b.initializer('p', normal(HIDDEN, HIDDEN));
    return b.op('MatMul', [b.op('Tanh', [b.op('MatMul', [x, weight])]), weight]);
  },
  'tied lookup and linear layer': (b, _x, ids) => {
    const table = b.initializer('p', normal(VOCABULARY, HIDDEN));
    const words = b.op('Tanh', [b.op('Gather', [table, ids])]);
    return b.op('MatMul', [words, b.op('Transpose', [table], { perm: ints([1, 0]) })]);
  },
  'shared layer, three times': (b, x) => {
    const weight = b.initializer('p', normal(HIDDEN, HIDDEN));
    const layer = (value: string): string => b.op('Tanh', [b.op('MatMul', [value, weight])]);
    return layer(layer(layer(x)));
  },
  'fully connected layer (Gemm) on flattened examples': (b, x) => {
    const rows = b.op('Reshape', [x, b.integers([-1, HIDDEN])]);
    const weight = b.initializer('p', normal(HIDDEN, HIDDEN));
    const layer = b.op('Gemm', [rows, weight, b.constant(normal(HIDDEN))], { transB: int(1), alpha: float(0.5) });
    return b.op('Reshape', [b.op('Tanh', [layer]), b.op('Shape', [x])]);
  },
  'product on flattened examples': (b, x) => {
    const rows = b.op('Reshape', [x, b.integers([-1, HIDDEN])]);
    const linear = b.op('MatMul', [rows, b.initializer('p', normal(HIDDEN, HIDDEN))]);
    return b.op('Reshape', [linear, b.op('Shape', [x])]);
  },
  'bias on flattened examples': (b, x) => {
    const rows = b.op('Reshape', [x, b.integers([-1, HIDDEN])]);
    return b.op('Reshape', [b.op('Add', [rows, b.initializer('p', normal(HIDDEN))]), b.op('Shape', [x])]);
  },
  'lookup by flattened ids, some counted from the end': (b, x, ids) => {
    const fromEnd = b.op('Sub', [ids, b.constant(int64([], [3]))]);
    const flat = b.op('Reshape', [fromEnd, b.integers([-1])]);
    const words = b.op('Gather', [b.initializer('p', normal(VOCABULARY, HIDDEN)), flat]);
    return b.op('Add', [x, b.op('Reshape', [words, b.op('Shape', [x])])]);
  },
  'row of positions for all examples': (b, x, ids) => {
    const table = b.initializer('p', normal(VOCABULARY, HIDDEN));
    return b.op('Tanh', [b.op('Add', [x, b.op('Gather', [table, positions(b, ids)])])]);
  },
  'bias of relative positions, moved and shared by two uses': (b, x, ids) => {
    const row = positions(b, ids);
    const distances = b.op('Abs', [
      b.op('Sub', [b.op('Unsqueeze', [row, b.integers([0])]), b.op('Unsqueeze', [row, b.integers([1])])]),
    ]);
    const bias = b.op('Gather', [b.initializer('p', normal(VOCABULARY, HIDDEN)), distances]);
    const moved = b.op('Unsqueeze', [b.op('Transpose', [bias], { perm: ints([2, 0, 1]) }), b.integers([0])]);
    const scores = (value: string): string => {
      const heads = b.op('Unsqueeze', [b.op('Transpose', [value], { perm: ints([0, 2, 1]) }), b.integers([2])]);
      const attended = b.op('Softmax', [b.op('Add', [heads, moved])], { axis: int(-1) });
      const mixed = b.op('ReduceSum', [b.op('Mul', [attended, heads]), b.integers([-1])], { keepdims: int(0) });
      return b.op('Transpose', [mixed], { perm: ints([0, 2, 1]) });
    };
    return scores(scores(x));
  },
  scalar: (b, x) => b.op('Tanh', [b.op('Mul', [x, b.initializer('p', normal())])]),
  'bias with axes of size 1': (b, x) => b.op('Tanh', [b.op('Add', [x, b.initializer('p', normal(1, 1, HIDDEN))])]),
  'scale of two axes of size 1': (b, x) => b.op('Tanh', [b.op('Mul', [x, b.initializer('p', normal(1, 1))])]),
  'root mean square normalisation, scale': (b, x) => {
    const square = b.op('ReduceMean', [b.op('Mul', [x, x]), b.integers([-1])]);
    const inverse = b.op('Reciprocal', [b.op('Sqrt', [b.op('Add', [square, b.number(1e-5, 'float32')])])]);
    return b.op('Mul', [b.op('Mul', [x, inverse]), b.initializer('p', normal(HIDDEN))]);
  },
  'table used both ways and shifted': (b, _x, ids) => {
    const table = b.initializer('p', normal(HIDDEN, HIDDEN));
    const words = b.op('Tanh', [b.op('Gather', [table, b.op('Mod', [ids, b.constant(int64([], [HIDDEN]))])])]);
    const product = b.op('MatMul', [words, b.op('Transpose', [table], { perm: ints([1, 0]) })]);
    return b.op('MatMul', [b.op('Tanh', [product]), table]);
  },
  'bias of rows of examples × positions with another axis of positions': (b, x) => {
    // [batch, length, length, hidden]: every position beside every other.
    const pairs = b.op('Mul', [b.op('Unsqueeze', [x, b.integers([2])]), b.op('Unsqueeze', [x, b.integers([1])])]);
    const length = b.op('Shape', [x], { start: int(1), end: int(2) });
    const shape = b.op('Concat', [b.integers([-1]), length, b.integers([HIDDEN])], { axis: int(0) });
    const rows = b.op('Add', [b.op('Reshape', [pairs, shape]), b.initializer('p', normal(HIDDEN))]);
    const back = b.op('Reshape', [b.op('Tanh', [rows]), b.op('Shape', [pairs])]);
    return b.op('ReduceSum', [back, b.integers([2])], { keepdims: int(0) });
  },
  'lookup by ids of 32 bits': (b, x, ids) => {
    const narrow = b.op('Cast', [ids], { to: int(6) });
    return b.op('Add', [x, b.op('Gather', [b.initializer('p', normal(VOCABULARY, HIDDEN)), narrow])]);
  },
  'matrix multiplied by, and its elements too': (b, x) => {
    const weight = b.initializer('p', normal(HIDDEN, HIDDEN));
    const outer = b.op('Mul', [b.op('Unsqueeze', [x, b.integers([3])]), weight]);
    const sums = b.op('ReduceSum', [b.op('Tanh', [outer]), b.integers([-1])], { keepdims: int(0) });
    return b.op('Add', [b.op('MatMul', [x, weight]), sums]);
  },
};

/** 0 … length − 1, one row for all examples. */
function positions(b: GraphBuilder, ids: string): string {
  const scalar = (value: bigint): string => b.constant(tensor('int64', [], BigInt64Array.of(value)));
  const length = b.op('Squeeze', [b.op('Shape', [ids], { start: int(1), end: int(2) })]);
  return b.op('Range', [scalar(0n), length, scalar(1n)]);
}

/** Inputs `x`, `ids`, `labels`, a parameter `p`; `loss` is Σ_b log p_b. */
export function modelWith(use: (b: GraphBuilder, x: string, ids: string) => string): GraphBuilder {
  const b = new GraphBuilder('model');
  const x = b.input('x', 'float32', ['batch', 'length', HIDDEN]);
  const ids = b.input('ids', 'int64', ['batch', 'length']);
  const labels = b.input('labels', 'int64', ['batch', 'length']);
  const perExample = emitExampleLogLikelihood(b, use(b, x, ids), labels, 'mean');
  b.output(b.op('ReduceSum', [perExample], { keepdims: int(0) }), 'float32', [], 'loss');
  return b;
}

export const feeds: Record<string, Tensor> = {
  x: normal(BATCH, LENGTH, HIDDEN),
  ids: int64([BATCH, LENGTH], [1, 1, 4, 0, 1, 2, 6, 2, 2, 3, 5, 0, 5, 5, 5]),
  // Examples have three, one and five labels.
  labels: int64([BATCH, LENGTH], [0, 2, -100, 3, -100, -100, -100, 1, -100, -100, 3, 2, 1, 0, 0]),
};
