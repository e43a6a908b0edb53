import { Random } from '@guided-dropout/core';
import { float, float32, GraphBuilder, int, int64, ints, string, tensor } from '@guided-dropout/onnx';

/** Writes a computation on parameters made by `parameter`, and returns the value to be summed into a loss. */
type Emit = (builder: GraphBuilder, parameter: (...dims: number[]) => string) => string;

/** Computations that exercise each rule, by the rule's key; shapes cover ranks, broadcasts, axes and their signs. */
export const ruleCases: Readonly<Record<string, Readonly<Record<string, Emit>>>> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: { ...binary('Mul'), 'both sides the same': (b, p) => twice(b, 'Mul', p(2, 3)) },
  Div: {
    ...binary('Div', (b, value) => b.op('Add', [b.op('Mul', [value, value]), b.number(1, 'float32')])),
    'both sides the same': (b, p) => twice(b, 'Div', b.op('Exp', [p(2, 3)])),
  },
  Neg: unary('Neg'),
  Exp: unary('Exp'),
  Log: unary('Log', 'Exp'),
  Sqrt: unary('Sqrt', 'Exp'),
  Reciprocal: unary('Reciprocal', 'Exp'),
  Tanh: unary('Tanh'),
  Erf: unary('Erf'),
  Sigmoid: unary('Sigmoid'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Relu: unary('Relu'),
  Abs: unary('Abs'),
  Clip: {
    'both bounds': (b, p) => b.op('Clip', [p(3, 4), b.number(-0.5, 'float32'), b.number(0.7, 'float32')]),
    'bounds as parameters': (b, p) => b.op('Clip', [p(3, 4), b.op('Neg', [b.op('Exp', [p()])]), b.op('Exp', [p()])]),
    'lower bound': (b, p) => b.op('Clip', [p(3, 4), b.number(0, 'float32')]),
  },
  Min: { ...binary('Min'), 'of three': (b, p) => b.op('Min', [p(2, 3), p(3), p(2, 1)]) },
  Max: { ...binary('Max'), 'of three': (b, p) => b.op('Max', [p(2, 3), p(3), p(2, 1)]) },
  Sum: {
    ...binary('Sum'),
    'of one': (b, p) => b.op('Sum', [p(2, 3)]),
    'of three': (b, p) => b.op('Sum', [p(2, 3), p(3), p()]),
  },
  Pow: {
    'constant exponent': (b, p) => b.op('Pow', [p(2, 3), b.number(3, 'float32')]),
    'square of negative numbers': (b, p) =>
      b.op('Pow', [b.op('Neg', [b.op('Exp', [p(2, 3)])]), b.number(2, 'float32')]),
    'integer exponent': (b, p) => b.op('Pow', [p(2, 3), b.constant(int64([], [3]))]),
    'exponent a parameter, both broadcast': (b, p) => b.op('Pow', [b.op('Exp', [p(2, 1)]), p(3)]),
  },
  Gemm: Object.fromEntries(
    [0, 1].flatMap((transA) =>
      [0, 1].map((transB) => [
        `transA ${transA}, transB ${transB}`,
        (b: GraphBuilder, p: (...dims: number[]) => string) =>
          b.op('Gemm', [transA ? p(3, 2) : p(2, 3), transB ? p(4, 3) : p(3, 4), p(4)], {
            transA: int(transA),
            transB: int(transB),
            alpha: float(0.5),
            beta: float(2),
          }),
      ]),
    ),
  ),
  Slice: {
    'one axis': (b, p) => b.op('Slice', [p(2, 5), b.integers([1]), b.integers([4]), b.integers([1])]),
    'negative start, axis and an end beyond': (b, p) =>
      b.op('Slice', [p(2, 5), b.integers([-3]), b.integers([99]), b.integers([-1])]),
    'start beyond the front': (b, p) =>
      b.op('Slice', [p(2, 5), b.integers([-99]), b.integers([-2]), b.integers([1]), b.integers([1])]),
    'axes by default': (b, p) => b.op('Slice', [p(3, 4, 2), b.integers([1, 0]), b.integers([3, 2])]),
    'axes out of order': (b, p) =>
      b.op('Slice', [p(3, 4, 2), b.integers([1, 2]), b.integers([2, 3]), b.integers([2, 0])]),
  },
  Concat: {
    'inner axis': (b, p) => b.op('Concat', [p(2, 1, 3), p(2, 2, 3), p(2, 1, 3)], { axis: int(1) }),
    'negative axis': (b, p) => b.op('Concat', [p(2, 3), p(2, 1)], { axis: int(-1) }),
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
  },
  Pad: {
    'by zeros': (b, p) => b.op('Pad', [p(2, 3), b.integers([1, 0, 2, 1])]),
    'by a value, and cut': (b, p) => b.op('Pad', [p(2, 4), b.integers([0, -1, 1, 2]), b.number(7, 'float32')]),
  },
  GatherND: {
    'elements, one twice': (b, p) => b.op('GatherND', [p(2, 3), b.constant(int64([3, 2], [0, 1, 1, 2, 0, 1]))]),
    rows: (b, p) => b.op('GatherND', [p(3, 2, 2), b.constant(int64([2, 1], [2, 0]))]),
  },
  ScatterND: {
    overwriting: (b, p) => b.op('ScatterND', [p(4, 2), b.constant(int64([2, 1], [3, 1])), p(2, 2)]),
    adding: (b, p) =>
      b.op('ScatterND', [p(4, 2), b.constant(int64([3, 1], [3, 1, 3])), p(3, 2)], { reduction: string('add') }),
  },
  CumSum: {
    forward: (b, p) => b.op('CumSum', [p(2, 4), b.constant(int64([], [1]))]),
    'exclusive, in reverse': (b, p) =>
      b.op('CumSum', [p(3, 2), b.constant(int64([], [0]))], { exclusive: int(1), reverse: int(1) }),
  },
  Trilu: {
    upper: (b, p) => b.op('Trilu', [p(2, 3, 3)]),
    'lower, shifted': (b, p) => b.op('Trilu', [p(3, 4), b.constant(int64([], [1]))], { upper: int(0) }),
  },
  MatMul: {
    'matrix by matrix': (b, p) => b.op('MatMul', [p(2, 3), p(3, 4)]),
    'batch by matrix': (b, p) => b.op('MatMul', [p(2, 3, 4), p(4, 5)]),
    'batch by batch': (b, p) => b.op('MatMul', [p(2, 3, 4), p(2, 4, 2)]),
    'two leading axes': (b, p) => b.op('MatMul', [p(2, 2, 3, 4), p(2, 2, 4, 2)]),
    'left broadcast from 1': (b, p) => b.op('MatMul', [p(1, 3, 4), p(2, 4, 2)]),
    'right broadcast from 1': (b, p) => b.op('MatMul', [p(2, 3, 4), p(1, 4, 2)]),
    'left of lower rank': (b, p) => b.op('MatMul', [p(3, 4), p(2, 4, 2)]),
    'right of lower rank': (b, p) => b.op('MatMul', [p(3, 2, 3, 4), p(2, 4, 2)]),
    'transposed weight': (b, p) => b.op('MatMul', [p(2, 3, 4), b.op('Transpose', [p(5, 4)], { perm: ints([1, 0]) })]),
    'computed weight': (b, p) => b.op('MatMul', [p(2, 3, 4), b.op('Exp', [p(4, 5)])]),
    'weight used twice': (b, p) => {
      const weight = p(4, 4);
      return b.op('MatMul', [
        b.op('MatMul', [p(2, 3, 4), weight]),
        b.op('Transpose', [weight], { perm: ints([1, 0]) }),
      ]);
    },
  },
  Transpose: {
    'three axes': (b, p) => b.op('Transpose', [p(2, 3, 4)], { perm: ints([2, 0, 1]) }),
    'default order': (b, p) => b.op('Transpose', [p(2, 3, 4)]),
    'there and back': (b, p) => {
      const once = b.op('Transpose', [p(2, 3, 4)], { perm: ints([1, 2, 0]) });
      return b.op('Transpose', [once], { perm: ints([2, 0, 1]) });
    },
  },
  Reshape: {
    'to fewer axes': (b, p) => b.op('Reshape', [p(2, 3, 4), b.integers([0, -1])]),
    'to more axes': (b, p) => b.op('Reshape', [p(6, 4), b.integers([2, 3, 2, 2])]),
  },
  Flatten: { 'axis 2': (b, p) => b.op('Flatten', [p(2, 3, 4)], { axis: int(2) }) },
  Squeeze: { 'negative axis': (b, p) => b.op('Squeeze', [p(2, 1, 3, 1), b.integers([-1, 1])]) },
  Unsqueeze: { 'two axes': (b, p) => b.op('Unsqueeze', [p(2, 3), b.integers([0, -1])]) },
  Expand: {
    'inner and new axes': (b, p) => b.op('Expand', [p(3, 1), b.integers([2, 3, 4])]),
    scalar: (b, p) => b.op('Expand', [p(), b.integers([2, 3])]),
  },
  Identity: { plain: (b, p) => b.op('Identity', [p(2, 3)]) },
  Cast: { 'float to float': (b, p) => b.op('Cast', [p(2, 3)], { to: int(1) }) },
  Gather: {
    'rows, some twice': (b, p) => b.op('Gather', [p(4, 3), b.constant(int64([2, 3], [0, 2, 2, 1, 0, 2]))]),
    'rows of a computed table': (b, p) => b.op('Gather', [b.op('Exp', [p(4, 3)]), b.constant(int64([3], [3, 1, 3]))]),
    'scalar index on an inner axis': (b, p) =>
      b.op('Gather', [p(2, 3, 4), b.constant(int64([], [1]))], { axis: int(1) }),
    'negative axis': (b, p) => b.op('Gather', [p(2, 3, 4), b.constant(int64([2, 2], [3, 0, 0, 1]))], { axis: int(-1) }),
    'elements of a vector': (b, p) => b.op('Gather', [p(5), b.constant(int64([4], [1, 1, 4, 0]))]),
  },
  GatherElements: {
    'last axis': (b, p) =>
      b.op('GatherElements', [p(2, 4), b.constant(int64([2, 2], [0, 3, 1, 1]))], { axis: int(-1) }),
    'first axis': (b, p) =>
      b.op('GatherElements', [p(3, 2), b.constant(int64([2, 2], [2, 0, 2, 1]))], { axis: int(0) }),
  },
  ReduceSum: reduction('ReduceSum'),
  ReduceMean: reduction('ReduceMean'),
  Softmax: {
    'last axis': (b, p) => b.op('Softmax', [p(2, 3, 4)], { axis: int(-1) }),
    'inner axis': (b, p) => b.op('Softmax', [p(2, 3, 4)], { axis: int(1) }),
  },
  LogSoftmax: {
    'last axis': (b, p) => b.op('LogSoftmax', [p(2, 3, 4)], { axis: int(-1) }),
    'inner axis': (b, p) => b.op('LogSoftmax', [p(2, 3, 4)], { axis: int(1) }),
  },
  LayerNormalization: {
    'with bias': (b, p) =>
      b.op('LayerNormalization', [p(2, 3, 5), p(5), p(5)], { axis: int(-1), epsilon: float(1e-5) }),
    'without bias': (b, p) => b.op('LayerNormalization', [p(3, 5), p(5)], { axis: int(1), epsilon: float(1e-12) }),
  },
  Where: {
    'both sides broadcast': (b, p) =>
      b.op('Where', [b.constant(tensor('bool', [2, 3], Uint8Array.of(1, 0, 1, 0, 0, 1))), p(3), p(2, 1)]),
    'condition broadcast': (b, p) =>
      b.op('Where', [b.constant(tensor('bool', [3], Uint8Array.of(1, 0, 1))), p(2, 3), p(2, 3)]),
  },
};

/** A graph whose scalar `loss` is a randomly weighted sum of what a case computes, and the case's parameters. */
export async function lossOf(
  emit: Emit,
  outputSize: (builder: GraphBuilder, value: string) => Promise<readonly number[]>,
): Promise<{ readonly builder: GraphBuilder; readonly parameters: string[] }> {
  const random = new Random(11);
  const builder = new GraphBuilder('case');
  const parameters: string[] = [];
  const normal = (dims: readonly number[]) =>
    float32(
      dims,
      Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => random.normal()),
    );
  const value = emit(builder, (...dims) => {
    const name = builder.initializer(`parameter${parameters.length}`, normal(dims));
    parameters.push(name);
    return name;
  });
  const weights = builder.constant(normal(await outputSize(builder, value)));
  const weighted = builder.op('Mul', [value, weights]);
  builder.output(builder.op('ReduceSum', [weighted], { keepdims: int(0) }), 'float32', [], 'loss');
  return { builder, parameters };
}

function unary(opType: string, before = 'Identity'): Record<string, Emit> {
  return {
    'of a matrix': (b, p) => b.op(opType, [b.op(before, [p(2, 3)])]),
    'of a scalar': (b, p) => b.op(opType, [b.op(before, [p()])]),
  };
}

function binary(
  opType: string,
  second: (b: GraphBuilder, value: string) => string = (_b, value) => value,
): Record<string, Emit> {
  const shapes: Readonly<Record<string, readonly [number[], number[]]>> = {
    'equal shapes': [
      [2, 3],
      [2, 3],
    ],
    'right of lower rank': [[2, 3, 4], [4]],
    'left of lower rank': [[3], [2, 3]],
    'ones on both sides': [
      [2, 1, 4],
      [3, 1],
    ],
    'right a scalar': [[2, 3], []],
    'left a scalar': [[], [2, 3]],
    'a leading one': [
      [1, 3],
      [2, 3],
    ],
  };
  return Object.fromEntries(
    Object.entries(shapes).map(
      ([name, [left, right]]) => [name, (b, p) => b.op(opType, [p(...left), second(b, p(...right))])] as const,
    ),
  );
}

function twice(builder: GraphBuilder, opType: string, value: string): string {
  return builder.op(opType, [value, value]);
}

function reduction(opType: string): Record<string, Emit> {
  return {
    'last axis kept': (b, p) => b.op(opType, [p(2, 3, 4), b.integers([-1])]),
    'inner axis dropped': (b, p) => b.op(opType, [p(2, 3, 4), b.integers([1])], { keepdims: int(0) }),
    'two axes': (b, p) => b.op(opType, [p(2, 3, 4), b.integers([0, 2])], { keepdims: int(0) }),
    'all axes': (b, p) => b.op(opType, [p(2, 3)], { keepdims: int(0) }),
    'no axes, by request': (b, p) => b.op(opType, [p(2, 3)], { noop_with_empty_axes: int(1) }),
  };
}
