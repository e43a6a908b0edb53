import { float32, int, int64, ints, tensor } from '@guided-dropout/onnx';
import { type RuleCases } from './rule-case.js';

export const movementCases: Readonly<Record<string, RuleCases>> = {
  Transpose: {
    'three axes': (b, p) => b.op('Transpose', [p(2, 3, 4)], { perm: ints([2, 0, 1]) }),
    'default order': (b, p) => b.op('Transpose', [p(2, 3, 4)]),
    'there and back': (b, p) => {
      const once = b.op('Transpose', [p(2, 3, 4)], { perm: ints([1, 2, 0]) });
      return b.op('Transpose', [once], { perm: ints([2, 0, 1]) });
    },
    'twice the same way': (b, p) => {
      const once = b.op('Transpose', [p(2, 3, 4)], { perm: ints([1, 2, 0]) });
      return b.op('Transpose', [once], { perm: ints([1, 2, 0]) });
    },
  },
  Reshape: {
    'to fewer axes': (b, p) => b.op('Reshape', [p(2, 3, 4), b.integers([0, -1])]),
    'to more axes': (b, p) => b.op('Reshape', [p(6, 4), b.integers([2, 3, 2, 2])]),
    'to a vector': (b, p) => b.op('Reshape', [p(2, 3), b.integers([-1])]),
  },
  Flatten: {
    'axis 2': (b, p) => b.op('Flatten', [p(2, 3, 4)], { axis: int(2) }),
    'by default': (b, p) => b.op('Flatten', [p(2, 3, 4)]),
  },
  Squeeze: {
    'negative axis': (b, p) => b.op('Squeeze', [p(2, 1, 3, 1), b.integers([-1, 1])]),
    'all axes of 1': (b, p) => b.op('Squeeze', [p(2, 1, 3, 1)]),
  },
  Unsqueeze: { 'two axes': (b, p) => b.op('Unsqueeze', [p(2, 3), b.integers([0, -1])]) },
  Expand: {
    'inner and new axes': (b, p) => b.op('Expand', [p(3, 1), b.integers([2, 3, 4])]),
    scalar: (b, p) => b.op('Expand', [p(), b.integers([2, 3])]),
    'to a smaller shape': (b, p) => b.op('Expand', [p(2, 3), b.integers([3])]),
  },
  Tile: {
    'every axis': (b, p) => b.op('Tile', [p(2, 3), b.integers([3, 2])]),
    'one axis': (b, p) => b.op('Tile', [p(2, 3), b.integers([1, 2])]),
    'a vector': (b, p) => b.op('Tile', [p(3), b.integers([2])]),
    'computed repeats': (b, p, c) => b.op('Tile', [p(2, 1, 2), b.op('Shape', [c(2, 3, 1)])]),
  },
  Cast: { 'float to float': (b, p) => b.op('Cast', [p(2, 3)], { to: int(1) }) },
  CastLike: { 'float like float': (b, p, c) => b.op('CastLike', [p(2, 3), c()]) },
  Where: {
    'both sides broadcast': (b, p) =>
      b.op('Where', [b.constant(tensor('bool', [2, 3], Uint8Array.of(1, 0, 1, 0, 0, 1))), p(3), p(2, 1)]),
    'condition broadcast': (b, p) =>
      b.op('Where', [b.constant(tensor('bool', [3], Uint8Array.of(1, 0, 1))), p(2, 3), p(2, 3)]),
    'left a constant': (b, p, c) =>
      b.op('Where', [b.constant(tensor('bool', [3], Uint8Array.of(1, 0, 1))), c(2, 3), p(2, 3)]),
    'right a constant': (b, p, c) =>
      b.op('Where', [b.constant(tensor('bool', [3], Uint8Array.of(1, 0, 1))), p(2, 3), c(2, 3)]),
  },
  CumSum: {
    forward: (b, p) => b.op('CumSum', [p(2, 4), b.constant(int64([], [1]))]),
    'exclusive, in reverse': (b, p) =>
      b.op('CumSum', [p(3, 2), b.constant(int64([], [0]))], { exclusive: int(1), reverse: int(1) }),
    'from the end': (b, p) => b.op('CumSum', [p(2, 4), b.constant(int64([], [-1]))]),
  },
  Trilu: {
    upper: (b, p) => b.op('Trilu', [p(2, 3, 3)]),
    'lower, shifted': (b, p) => b.op('Trilu', [p(3, 4), b.constant(int64([], [1]))], { upper: int(0) }),
    'shifted by a computed number': (b, p) =>
      b.op('Trilu', [p(3, 4), b.op('Neg', [b.constant(int64([], [1]))])], { upper: int(1) }),
  },
  Dropout: {
    'drops half by default': (b, p) => b.op('Dropout', [p(3, 4), '', always(b)], { seed: int(2) }),
    'drops by a rate': (b, p) => b.op('Dropout', [p(3, 4), b.number(0.3, 'float32'), always(b)], { seed: int(3) }),
    'training as an input': (b, p) => {
      const training = b.op('Greater', [b.constant(float32([], [1])), b.constant(float32([], [0]))]);
      return b.op('Dropout', [p(3, 4), b.number(0.3, 'float32'), training], { seed: int(3) });
    },
    'not training, as an input': (b, p) => {
      const training = b.op('Less', [b.constant(float32([], [1])), b.constant(float32([], [0]))]);
      return b.op('Dropout', [p(3, 4), b.number(0.3, 'float32'), training], { seed: int(3) });
    },
    'not training': (b, p) => b.op('Dropout', [p(2, 3), b.number(0.7, 'float32')]),
    'not training, said so': (b, p) =>
      b.op('Dropout', [p(2, 3), b.number(0.7, 'float32'), b.constant(tensor('bool', [], Uint8Array.of(0)))]),
  },
  Range: {
    'start and step': (b, p) => {
      const step = b.op('Add', [b.op('Abs', [p()]), b.number(0.3, 'float32')]);
      return b.op('Range', [p(), b.number(4, 'float32'), step]);
    },
    'a constant start': (b, p) => {
      const step = b.op('Add', [b.op('Abs', [p()]), b.number(0.3, 'float32')]);
      return b.op('Range', [b.number(0, 'float32'), b.number(4, 'float32'), step]);
    },
    'a constant step': (b, p) => b.op('Range', [p(), b.number(4.1, 'float32'), b.number(0.5, 'float32')]),
  },
  OneHot: {
    'last axis, by default': (b, p) => b.op('OneHot', [b.constant(int64([2, 2], [1, 0, 2, 1])), b.integers([3]), p(2)]),
    'last axis': (b, p) => b.op('OneHot', [b.constant(int64([2], [1, 0])), b.integers([3]), p(2)]),
    'first axis': (b, p) => b.op('OneHot', [b.constant(int64([2], [1, -1])), b.integers([3]), p(2)], { axis: int(0) }),
  },
};

function always(b: Parameters<RuleCases[string]>[0]): string {
  return b.constant(tensor('bool', [], Uint8Array.of(1)));
}
