import { float, float32, int, int64, string, tensor, type GraphBuilder } from '@guided-dropout/onnx';
import type { RuleCase, RuleCases } from './rule-case.js';

const alongAxes = (opType: string): RuleCases => ({
  'last axis': (b, p) => b.op(opType, [p(2, 3, 4)], { axis: int(-1) }),
  'inner axis': (b, p) => b.op(opType, [p(2, 3, 4)], { axis: int(1) }),
  'last axis, by default': (b, p) => b.op(opType, [p(2, 3, 4)]),
});

/** log p of some classes, chosen by index along an axis; classes recur. */
function gathered(b: GraphBuilder, x: string, dims: readonly number[], axis = -1): string {
  const count = dims.reduce((product, size) => product * size, 1);
  const indices = Array.from({ length: count }, (_, i) => (i * i) % 3);
  const logProbabilities = b.op('LogSoftmax', [x], { axis: int(-1) });
  return b.op('GatherElements', [logProbabilities, b.constant(int64(dims, indices))], { axis: int(axis) });
}

const reductions = ['none', 'sum', 'mean'] as const;

/** A loss of labels over 3 classes, in every reduction, with and without class weights, ignored labels, more axes. */
function labelLoss(opType: string): RuleCases {
  const cases = reductions.flatMap((reduction): [string, RuleCase][] => [
    [
      `${reduction}`,
      (b, p) => b.op(opType, [p(4, 3), b.constant(int64([4], [0, 2, 2, 1]))], { reduction: string(reduction) }),
    ],
    [
      `${reduction}, weighted, some ignored`,
      (b, p) => {
        const weights = b.constant(float32([3], [0.5, 2, 3]));
        const labels = b.constant(int64([4], [0, -100, 2, 1]));
        return b.op(opType, [p(4, 3), labels, weights], { reduction: string(reduction), ignore_index: int(-100) });
      },
    ],
    [
      `${reduction}, an axis after the classes, weighted`,
      (b, p) => {
        const weights = b.constant(float32([3], [0.5, 2, 3]));
        const labels = b.constant(int64([2, 2], [2, 1, 0, 2]));
        return b.op(opType, [p(2, 3, 2), labels, weights], { reduction: string(reduction) });
      },
    ],
  ]);
  return {
    ...Object.fromEntries(cases),
    'mean by default, class 1 ignored': (b, p) =>
      b.op(opType, [p(4, 3), b.constant(int64([4], [0, 1, 2, 1]))], { ignore_index: int(1) }),
    'one class, some ignored': (b, p) =>
      b.op(opType, [p(2, 1), b.constant(int64([2], [0, -1]))], { ignore_index: int(-1), reduction: string('sum') }),
    'labels in int32, class 0 ignored': (b, p) =>
      b.op(opType, [p(4, 3), b.constant(tensor('int32', [4], Int32Array.of(0, 1, 2, 1)))], { ignore_index: int(0) }),
  };
}

export const normalisationCases: Readonly<Record<string, RuleCases>> = {
  Softmax: alongAxes('Softmax'),
  LogSoftmax: {
    ...alongAxes('LogSoftmax'),
    'gathered at labels': (b, p) => gathered(b, p(2, 3, 4), [2, 3, 2]),
    'gathered at labels of some rows': (b, p) => gathered(b, p(2, 3, 4), [1, 2, 2]),
    'gathered along another axis': (b, p) => gathered(b, p(2, 3, 4), [2, 2, 4], 1),
  },
  LayerNormalization: {
    'with bias': (b, p) =>
      b.op('LayerNormalization', [p(2, 3, 5), p(5), p(5)], { axis: int(-1), epsilon: float(1e-5) }),
    'without bias': (b, p) => b.op('LayerNormalization', [p(3, 5), p(5)], { axis: int(1), epsilon: float(1e-12) }),
    'by default': (b, p) => b.op('LayerNormalization', [p(2, 3, 5), p(5), p(5)]),
    'over two axes': (b, p) => b.op('LayerNormalization', [p(2, 3, 4), p(3, 4), p(3, 4)], { axis: int(1) }),
    'over two axes, counted from the end': (b, p) =>
      b.op('LayerNormalization', [p(2, 3, 4), p(3, 4)], { axis: int(-2) }),
    'over all axes': (b, p) => b.op('LayerNormalization', [p(2, 3), p(2, 3), p(2, 3)], { axis: int(0) }),
    'input alone a parameter': (b, p, c) => b.op('LayerNormalization', [p(3, 5), c(5), c(5)]),
    'scale alone a parameter': (b, p, c) => b.op('LayerNormalization', [c(3, 5), p(5), c(5)]),
    'bias alone a parameter': (b, p, c) => b.op('LayerNormalization', [c(3, 5), c(5), p(5)]),
  },
  NegativeLogLikelihoodLoss: labelLoss('NegativeLogLikelihoodLoss'),
  SoftmaxCrossEntropyLoss: {
    ...labelLoss('SoftmaxCrossEntropyLoss'),
    'log probabilities too': (b, p) => {
      const labels = b.constant(int64([4], [0, 2, 2, 1]));
      const [loss, logProbabilities] = b.ops('SoftmaxCrossEntropyLoss', [p(4, 3), labels], 2);
      return b.op('Mul', [loss!, logProbabilities!]);
    },
    'log probabilities alone, an axis after the classes': (b, p) => {
      const labels = b.constant(int64([2, 2], [2, 1, 0, 2]));
      return b.ops('SoftmaxCrossEntropyLoss', [p(2, 3, 2), labels], 2)[1]!;
    },
  },
};
