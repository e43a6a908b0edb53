import { elementCount, int, int64, ints, string, type GraphBuilder } from '@guided-dropout/onnx';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  disagreement,
  numericGradients,
  writtenGradients,
  writtenGradientsOfUnknownSizes,
} from './gradient-reference.js';
import { atLeastOne, lossOf, positive, type RuleCase } from './rule-cases/rule-case.js';

const RUNS = 12;
/** Elements of every parameter that are compared; a run draws many shapes rather than all elements of one. */
const ELEMENTS = 6;

function property<T>(name: string, drawn: fc.Arbitrary<T>, emit: (value: T) => RuleCase): void {
  it(`${name} of any shape`, async () => {
    const holds = fc.asyncProperty(drawn, async (value) => {
      const computation = await lossOf(emit(value));
      const numeric = await numericGradients(computation, ELEMENTS);
      expect(disagreement(await writtenGradients(computation), numeric)).toBeUndefined();
      expect(disagreement(await writtenGradientsOfUnknownSizes(computation), numeric)).toBeUndefined();
    });
    await fc.assert(holds, { numRuns: RUNS, seed: 17 });
  });
}

const size = fc.integer({ min: 1, max: 3 });
const shape = (minLength: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(size, { minLength, maxLength });

/** A shape that broadcasts to `target`: some leading axes missing, some others 1. */
const broadcastTo = (target: readonly number[]): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.nat(target.length), fc.array(fc.boolean(), { minLength: target.length, maxLength: target.length }))
    .map(([missing, ones]) => target.map((dim, i) => (ones[i] ? 1 : dim)).slice(missing));

/** Some axes of a shape, in any order, each from the front or from the end. */
const someAxes = (rank: number, minLength = 0): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      fc.shuffledSubarray(range(rank), { minLength }),
      fc.array(fc.boolean(), { minLength: rank, maxLength: rank }),
    )
    .map(([axes, fromEnd]) => axes.map((axis, i) => (fromEnd[i] ? axis - rank : axis)));

const axisOf = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 });

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const same = (_b: GraphBuilder, value: string): string => value;

describe('gradients agree with central differences', () => {
  property(
    'a broadcasting operator',
    fc.tuple(
      fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum', 'Mean'),
      shape(0, 4).chain((target) => fc.tuple(broadcastTo(target), broadcastTo(target))),
    ),
    ([opType, [left, right]]) =>
      (b, p) =>
        b.op(opType, [p(...left), (opType === 'Div' ? atLeastOne : same)(b, p(...right))]),
  );

  property(
    'MatMul',
    fc.tuple(
      size,
      size,
      size,
      shape(0, 2).chain((lead) => fc.tuple(broadcastTo(lead), broadcastTo(lead))),
      fc.nat(3),
    ),
    ([m, k, n, [leadA, leadB], vectors]) =>
      (b, p) => {
        const a = vectors % 2 === 1 ? p(k) : p(...leadA, m, k);
        return b.op('MatMul', [a, vectors > 1 ? p(k) : p(...leadB, k, n)]);
      },
  );

  property(
    'a reduction',
    fc.tuple(
      fc.constantFrom('Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'),
      shape(1, 4).chain((dims) => fc.tuple(fc.constant(dims), someAxes(dims.length))),
      fc.nat(1),
      fc.nat(1),
    ),
    ([opType, [dims, axes], keepdims, noop]) =>
      (b, p) => {
        const x = opType === 'LogSum' ? positive(b, p(...dims)) : p(...dims);
        const attributes = { keepdims: int(keepdims), noop_with_empty_axes: int(noop) };
        return b.op(`Reduce${opType}`, [x, b.constant(int64([axes.length], axes))], attributes);
      },
  );

  property(
    'Transpose',
    shape(2, 4).chain((dims) =>
      fc.tuple(fc.constant(dims), fc.shuffledSubarray(range(dims.length), { minLength: dims.length })),
    ),
    ([dims, perm]) =>
      (b, p) =>
        b.op('Transpose', [b.op('Neg', [p(...dims)])], { perm: ints(perm) }),
  );

  property(
    'Unsqueeze, Reshape and Squeeze',
    shape(1, 3).chain((dims) => fc.tuple(fc.constant(dims), someAxes(dims.length + 2, 2), fc.nat(dims.length - 1))),
    ([dims, axes, merged]) =>
      (b, p) => {
        const fresh = [...new Set(axes.map((axis) => (axis + dims.length + 2) % (dims.length + 2)))].slice(0, 2);
        const longer = b.op('Unsqueeze', [p(...dims), b.integers(fresh)]);
        const shorter = b.op('Squeeze', [b.op('Tanh', [longer]), b.integers(fresh)]);
        const rest = dims.map((dim, axis) => (axis < merged ? dim : 1)).slice(0, merged);
        return b.op('Reshape', [shorter, b.integers([...rest, -1])]);
      },
  );

  property(
    'Slice',
    fc.tuple(
      shape(1, 3).chain((dims) => fc.tuple(fc.constant(dims.map((dim) => dim + 2)), someAxes(dims.length, 1))),
      fc.array(
        fc.tuple(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -7, max: 7 }), fc.constantFrom(1, 1, 2, -1, -2)),
        {
          minLength: 3,
          maxLength: 3,
        },
      ),
      fc.boolean(),
    ),
    ([[dims, axes], parts, isComputed]) =>
      (b, p) => {
        const column = (index: 0 | 1 | 2): number[] => axes.map((_, i) => parts[i]![index]);
        const integers = (values: number[]): string =>
          isComputed ? b.op('Neg', [b.integers(values.map((value) => -value))]) : b.integers(values);
        const inputs = [integers(column(0)), integers(column(1)), b.integers(axes), b.integers(column(2))];
        return b.op('Slice', [p(...dims), ...inputs]);
      },
  );

  property(
    'Gather',
    shape(1, 3).chain((dims) =>
      axisOf(dims.length).chain((axis) => {
        const length = dims.at(axis)!;
        const index = fc.integer({ min: -length, max: length - 1 });
        return fc.tuple(
          fc.constant(dims),
          fc.constant(axis),
          shape(0, 2).chain((at) => indices(at, index)),
        );
      }),
    ),
    ([dims, axis, at]) =>
      (b, p) =>
        b.op('Gather', [p(...dims), b.constant(at)], { axis: int(axis) }),
  );

  property(
    'GatherElements and ScatterElements',
    shape(1, 3).chain((dims) =>
      axisOf(dims.length).chain((axis) => {
        const length = dims.at(axis)!;
        const at = dims.map((dim, i) => (i === (axis + dims.length) % dims.length ? 2 : dim));
        const index = fc.integer({ min: -length, max: length - 1 });
        return fc.tuple(fc.constant(dims), fc.constant(axis), indices(at, index));
      }),
    ),
    ([dims, axis, at]) =>
      (b, p) => {
        const taken = b.op('GatherElements', [p(...dims), b.constant(at)], { axis: int(axis) });
        const attributes = { axis: int(axis), reduction: string('add') };
        return b.op('ScatterElements', [p(...dims), b.constant(at), b.op('Tanh', [taken])], attributes);
      },
  );

  property(
    'GatherND',
    shape(1, 4).chain((dims) =>
      fc
        .nat(dims.length - 1)
        .chain((batchDims) =>
          fc.tuple(
            fc.constant(dims),
            fc.constant(batchDims),
            fc.integer({ min: 1, max: dims.length - batchDims }),
            fc.nat(7),
          ),
        ),
    ),
    ([dims, batchDims, tuple, seed]) =>
      (b, p) => {
        const at = [...dims.slice(0, batchDims), 2, tuple];
        const values = range(elementCount(at)).map((i) => (seed + 5 * i) % dims[batchDims + (i % tuple)]!);
        return b.op('GatherND', [p(...dims), b.constant(int64(at, values))], { batch_dims: int(batchDims) });
      },
  );

  property(
    'Concat and Split',
    shape(1, 3).chain((dims) =>
      fc.tuple(fc.constant(dims), axisOf(dims.length), fc.array(size, { minLength: 2, maxLength: 3 })),
    ),
    ([dims, axis, sizes]) =>
      (b, p) => {
        const place = (axis + dims.length) % dims.length;
        const parts = sizes.map((length) => p(...dims.map((dim, i) => (i === place ? length : dim))));
        const whole = b.op('Tanh', [b.op('Concat', parts, { axis: int(axis) })]);
        return b.ops('Split', [whole, b.integers(sizes.toReversed())], sizes.length, { axis: int(axis) })[1]!;
      },
  );

  property(
    'Pad',
    shape(1, 3).chain((dims) =>
      fc.tuple(
        fc.constant(dims),
        fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 2 * dims.length, maxLength: 2 * dims.length }),
      ),
    ),
    ([dims, pads]) =>
      (b, p) =>
        b.op('Pad', [p(...dims.map((dim) => dim + 1)), b.integers(pads), p()]),
  );

  property(
    'Tile and Expand',
    shape(1, 3).chain((dims) =>
      fc.tuple(
        fc.constant(dims),
        fc.array(size, { minLength: dims.length, maxLength: dims.length }),
        broadcastTo(dims),
      ),
    ),
    ([dims, repeats, smaller]) =>
      (b, p) =>
        b.op('Tile', [b.op('Expand', [p(...smaller), b.integers(dims)]), b.integers(repeats)]),
  );

  property(
    'Einsum',
    fc.array(fc.shuffledSubarray([...'abcd']), { minLength: 1, maxLength: 3 }).chain((operands) => {
      const labels = [...new Set(operands.flat())];
      return fc.tuple(
        fc.constant(operands),
        fc.shuffledSubarray(labels),
        fc.array(size, { minLength: 4, maxLength: 4 }),
      );
    }),
    ([operands, result, sizes]) =>
      (b, p) => {
        const equation = `${operands.map((labels) => labels.join('')).join(',')}->${result.join('')}`;
        const values = operands.map((labels) => p(...labels.map((label) => sizes['abcd'.indexOf(label)]!)));
        return b.op('Einsum', values, { equation: string(equation) });
      },
  );

  property(
    'Softmax and LogSoftmax',
    fc.tuple(
      fc.constantFrom('Softmax', 'LogSoftmax'),
      shape(1, 4).chain((dims) => fc.tuple(fc.constant(dims), axisOf(dims.length))),
    ),
    ([opType, [dims, axis]]) =>
      (b, p) =>
        b.op(opType, [p(...dims)], { axis: int(axis) }),
  );
});

function indices(dims: readonly number[], index: fc.Arbitrary<number>): fc.Arbitrary<ReturnType<typeof int64>> {
  const count = elementCount(dims);
  return fc.array(index, { minLength: count, maxLength: count }).map((values) => int64(dims, values));
}
