import { float32, int, int64, string, tensor, type GraphBuilder } from '@guided-dropout/onnx';
import type { Draw } from './rule-case.js';

/** A computation whose gradient can be had with few operators. */
export interface EconomicalCase {
  readonly emit: (builder: GraphBuilder, parameter: Draw) => string;
  /** How many nodes of an operator the gradient of its sum may have. */
  readonly atMost: Readonly<Record<string, number>>;
}

/** By the rule's key: ways that are as right, but slower, must not be taken. */
export const economicalCases: Readonly<Record<string, Readonly<Record<string, EconomicalCase>>>> = {
  Slice: {
    'padding where the step is 1': {
      emit: (b, p) => b.op('Slice', [p(5), b.integers([1]), b.integers([3]), b.integers([0]), b.integers([1])]),
      atMost: { ScatterElements: 0, Where: 0, Less: 0 },
    },
    'padding where no step is given': {
      emit: (b, p) => b.op('Slice', [p(5), b.integers([1]), b.integers([3])]),
      atMost: { ScatterElements: 0 },
    },
  },
  Einsum: {
    'nothing repeated that was not summed': {
      emit: (b, p) => b.op('Einsum', [p(2, 1), p(2, 1)], { equation: string('ij,ij->ij') }),
      atMost: { Expand: 1 },
    },
    'a linear layer in factors': {
      emit: (b, p) =>
        b.op('Einsum', [b.constant(float32([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])), p(2, 2)], {
          equation: string('bld,de->ble'),
        }),
      atMost: { Einsum: 0 },
    },
  },
  Gemm: {
    'no factor of 1': {
      emit: (b, p) => b.op('Gemm', [p(2, 3), p(3, 4), p(4)]),
      // The one Mul is the gradient of Exp.
      atMost: { Mul: 1 },
    },
  },
  Gather: {
    'a table of rows, however many, by one scatter of whole rows': {
      emit: (b, p) => {
        const table = b.op('Concat', [b.input('x', 'float32', ['rows', 3]), p(2, 3)], { axis: int(0) });
        return b.op('Gather', [table, b.constant(int64([2], [0, 1]))]);
      },
      atMost: { ScatterElements: 0 },
    },
  },
  Dropout: {
    'no choice where it always trains': {
      emit: (b, p) => {
        const always = b.constant(tensor('bool', [], Uint8Array.of(1)));
        return b.op('Dropout', [p(3), b.number(0.5, 'float32'), always]);
      },
      atMost: { Where: 1 },
    },
  },
  Elu: { 'no exponential': { emit: (b, p) => b.op('Elu', [p(3)]), atMost: { Exp: 0 } } },
  Transpose: {
    'there and back is nothing': {
      emit: (b, p) => b.op('Exp', [b.op('Transpose', [b.op('Transpose', [p(2, 3)])])]),
      atMost: { Transpose: 2 },
    },
  },
};
