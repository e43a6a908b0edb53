import { int, int64, tensor } from '@guided-dropout/onnx';
import type { RuleCases } from './rule-case.js';

export const slicingCases: Readonly<Record<string, RuleCases>> = {
  Slice: {
    'one axis': (b, p) => b.op('Slice', [p(2, 5), b.integers([1]), b.integers([4]), b.integers([1])]),
    'a vector': (b, p) => b.op('Slice', [p(5), b.integers([1]), b.integers([3])]),
    'negative start, axis and an end beyond': (b, p) =>
      b.op('Slice', [p(2, 5), b.integers([-3]), b.integers([99]), b.integers([-1])]),
    'start beyond the front': (b, p) =>
      b.op('Slice', [p(2, 5), b.integers([-99]), b.integers([-2]), b.integers([1]), b.integers([1])]),
    'start beyond the back': (b, p) =>
      b.op('Concat', [b.op('Slice', [p(2, 3), b.integers([9]), b.integers([10]), b.integers([1])]), p(2, 1)], {
        axis: int(1),
      }),
    'axes by default': (b, p) => b.op('Slice', [p(3, 4, 2), b.integers([1, 0]), b.integers([3, 2])]),
    'axes out of order': (b, p) =>
      b.op('Slice', [p(3, 4, 2), b.integers([1, 2]), b.integers([2, 3]), b.integers([2, 0])]),
    'every second': (b, p) =>
      b.op('Slice', [p(2, 5), b.integers([0]), b.integers([5]), b.integers([1]), b.integers([2])]),
    'every third, from the second, to before the end': (b, p) =>
      b.op('Slice', [p(8, 2), b.integers([1]), b.integers([-1]), b.integers([0]), b.integers([3])]),
    reversed: (b, p) =>
      b.op('Slice', [p(2, 4), b.integers([-1]), b.integers([-99]), b.integers([-1]), b.integers([-1])]),
    'backwards by two': (b, p) =>
      b.op('Slice', [p(6, 2), b.integers([4]), b.integers([0]), b.integers([0]), b.integers([-2])]),
    'to the largest integer, and back to the smallest': (b, p) => {
      const integer = (value: bigint): string => b.constant(tensor('int64', [1], BigInt64Array.of(value)));
      const [largest, smallest] = [integer(2n ** 63n - 1n), integer(-(2n ** 63n))];
      const once = b.op('Slice', [p(2, 7), b.integers([1]), largest, b.integers([1]), b.integers([2])]);
      return b.op('Slice', [once, b.integers([-1]), smallest, b.integers([1]), b.integers([-1])]);
    },
    'steps of several kinds': (b, p) =>
      b.op('Slice', [
        p(5, 4, 3),
        b.integers([4, 1, 0]),
        b.integers([0, 3, 3]),
        b.integers([0, 1, 2]),
        b.integers([-2, 1, 2]),
      ]),
    'computed start and end': (b, p, c) => {
      const size = b.op('Shape', [c(1)]);
      const end = b.op('Add', [size, b.integers([2])]);
      return b.op('Slice', [p(2, 5), size, end, b.integers([1])]);
    },
    'computed starts, one from the end, in int32': (b, p) => {
      const starts = b.op('Neg', [b.constant(tensor('int32', [2], Int32Array.of(2, -1)))]);
      const ends = b.op('Neg', [b.constant(tensor('int32', [2], Int32Array.of(-9, -3)))]);
      return b.op('Slice', [p(4, 5), starts, ends]);
    },
    'computed start beyond the front': (b, p) => b.op('Slice', [p(4), b.op('Neg', [b.integers([9])]), b.integers([2])]),
    'computed start beyond the back': (b, p) => {
      const nothing = b.op('Slice', [p(3), b.op('Neg', [b.integers([-9])]), b.integers([9])]);
      return b.op('Concat', [nothing, p(2)], { axis: int(0) });
    },
    'computed start of 0': (b, p) => b.op('Slice', [p(4), b.op('Neg', [b.integers([0])]), b.integers([2])]),
    'computed step': (b, p) =>
      b.op('Slice', [p(5, 2), b.integers([0]), b.integers([5]), b.integers([0]), b.op('Neg', [b.integers([-2])])]),
    'constants in int32': (b, p) => {
      const integers = (value: number): string => b.constant(tensor('int32', [1], Int32Array.of(value)));
      return b.op('Slice', [p(2, 5), integers(-2), integers(5), integers(-1), integers(1)]);
    },
  },
  Concat: {
    'inner axis': (b, p) => b.op('Concat', [p(2, 1, 3), p(2, 2, 3), p(2, 1, 3)], { axis: int(1) }),
    'negative axis': (b, p) => b.op('Concat', [p(2, 3), p(2, 1)], { axis: int(-1) }),
    'with a constant': (b, p, c) => b.op('Concat', [c(1, 3), p(2, 3)], { axis: int(0) }),
    'one input twice': (b, p) => {
      const x = p(2, 3);
      return b.op('Concat', [x, x], { axis: int(0) });
    },
    'of one': (b, p) => b.op('Concat', [p(2, 3)], { axis: int(0) }),
  },
  Split: {
    'all parts used': (b, p) => {
      const [x, y] = b.ops('Split', [p(2, 5), b.integers([2, 3])], 2, { axis: int(-1) });
      return b.op('Concat', [y!, x!], { axis: int(1) });
    },
    'a part ignored': (b, p) => b.ops('Split', [p(6, 2), b.integers([1, 3, 2])], 3, { axis: int(0) })[1]!,
    'first axis, by default': (b, p) => b.ops('Split', [p(6, 2), b.integers([4, 2])], 2)[0]!,
    'equal parts': (b, p) => {
      const [x, y] = b.ops('Split', [p(2, 6)], 2, { axis: int(1), num_outputs: int(2) });
      return b.op('Mul', [x!, y!]);
    },
  },
  Pad: {
    'by zeros': (b, p) => b.op('Pad', [p(2, 3), b.integers([1, 0, 2, 1])]),
    'by a value, and cut': (b, p) => b.op('Pad', [p(2, 4), b.integers([0, -1, 1, 2]), b.number(7, 'float32')]),
    'some axes': (b, p) => b.op('Pad', [p(2, 3, 2), b.integers([1, 2, 0, -1]), '', b.integers([-2, 0])]),
    'by a parameter': (b, p) => b.op('Pad', [p(2, 4), b.integers([0, -1, 1, 2]), p()]),
    'a constant, by a parameter of one axis': (b, p, c) => b.op('Pad', [c(2, 4), b.integers([0, 1, 1, 2]), p(1)]),
    'by zeros, the mode said': (b, p) =>
      b.op('Pad', [p(3), b.integers([1, 0])], { mode: { type: 'string', value: 'constant' } }),
    'computed pads': (b, p) => b.op('Pad', [p(3), b.op('Neg', [b.integers([-1, 1])])]),
  },
  Gather: {
    'rows, some twice': (b, p) => b.op('Gather', [p(4, 3), b.constant(int64([2, 3], [0, 2, 2, 1, 0, 2]))]),
    'rows of a computed table': (b, p) => b.op('Gather', [b.op('Exp', [p(4, 3)]), b.constant(int64([3], [3, 1, 3]))]),
    'scalar index on an inner axis': (b, p) =>
      b.op('Gather', [p(2, 3, 4), b.constant(int64([], [1]))], { axis: int(1) }),
    'negative axis': (b, p) => b.op('Gather', [p(2, 3, 4), b.constant(int64([2, 2], [3, 0, 0, 1]))], { axis: int(-1) }),
    'negative indices': (b, p) => b.op('Gather', [p(3, 4), b.constant(int64([3], [-1, 0, -1]))], { axis: int(1) }),
    'elements of a vector': (b, p) => b.op('Gather', [p(5), b.constant(int64([4], [1, 1, 4, 0]))]),
    'rows from the end': (b, p) => b.op('Gather', [p(3, 2, 2), b.constant(int64([3], [-1, 0, -1]))], { axis: int(-3) }),
  },
  GatherElements: {
    'last axis': (b, p) =>
      b.op('GatherElements', [p(2, 4), b.constant(int64([2, 2], [0, 3, 1, 1]))], { axis: int(-1) }),
    'first axis, by default': (b, p) => b.op('GatherElements', [p(3, 2), b.constant(int64([2, 2], [2, 0, 2, 1]))]),
  },
  GatherND: {
    'elements, one twice': (b, p) => b.op('GatherND', [p(2, 3), b.constant(int64([3, 2], [0, 1, 1, 2, 0, 1]))]),
    rows: (b, p) => b.op('GatherND', [p(3, 2, 2), b.constant(int64([2, 1], [2, 0]))]),
    'elements of each batch': (b, p) =>
      b.op('GatherND', [p(2, 3), b.constant(int64([2, 1], [2, 0]))], { batch_dims: int(1) }),
    'rows of each batch, one twice': (b, p) =>
      b.op('GatherND', [p(2, 3, 2), b.constant(int64([2, 2, 1], [2, 2, 0, -1]))], { batch_dims: int(1) }),
    'of two batch axes': (b, p) =>
      b.op('GatherND', [p(2, 3, 4), b.constant(int64([2, 3, 1], [0, 1, 2, 3, 3, 3]))], { batch_dims: int(2) }),
  },
  ScatterElements: {
    overwriting: (b, p) =>
      b.op('ScatterElements', [p(3, 3), b.constant(int64([2, 2], [0, 2, 1, 0])), p(2, 2)], { axis: int(1) }),
    'overwriting, first axis by default': (b, p) =>
      b.op('ScatterElements', [p(3, 2), b.constant(int64([1, 2], [2, 0])), p(1, 2)]),
    'adding, one place twice': (b, p) =>
      b.op('ScatterElements', [p(2, 3), b.constant(int64([2, 2], [1, 1, 0, -1])), p(2, 2)], {
        axis: int(-1),
        reduction: { type: 'string', value: 'add' },
      }),
    'into a constant': (b, p, c) => b.op('ScatterElements', [c(3, 2), b.constant(int64([1, 2], [2, 0])), p(1, 2)]),
    'of a constant': (b, p, c) => b.op('ScatterElements', [p(3, 2), b.constant(int64([1, 2], [2, 0])), c(1, 2)]),
  },
  ScatterND: {
    overwriting: (b, p) => b.op('ScatterND', [p(4, 2), b.constant(int64([2, 1], [3, 1])), p(2, 2)]),
    adding: (b, p) =>
      b.op('ScatterND', [p(4, 2), b.constant(int64([3, 1], [3, 1, 3])), p(3, 2)], {
        reduction: { type: 'string', value: 'add' },
      }),
    'into a constant': (b, p, c) => b.op('ScatterND', [c(4, 2), b.constant(int64([2, 1], [3, 1])), p(2, 2)]),
    'of a constant': (b, p, c) => b.op('ScatterND', [p(4, 2), b.constant(int64([2, 1], [3, 1])), c(2, 2)]),
  },
  TopK: {
    'largest of the last axis': (b, p) => b.ops('TopK', [p(2, 5), b.integers([2])], 2)[0]!,
    'of the last axis of three': (b, p) => b.ops('TopK', [p(2, 2, 3), b.integers([2])], 2)[0]!,
    'smallest of the first axis': (b, p) =>
      b.ops('TopK', [p(4, 2), b.integers([3])], 2, { axis: int(0), largest: int(0) })[0]!,
  },
};
