import { float, int, string, type GraphBuilder } from '@guided-dropout/onnx';

/**
 * Writes a use of the parameter `p`, of shape `shape`, with x [batch, length, 4]; the first axis of the result counts the
 * examples.
 */
export interface ByExampleCase {
  readonly shape: readonly number[];
  readonly emit: (builder: GraphBuilder, x: string, p: string) => string;
}

/** An operator of x, or of a row of it, and the parameter. */
const withX = (opType: string, ...shape: readonly number[]): ByExampleCase => ({
  shape,
  emit: (b, x, p) => b.op(opType, [x, p]),
});

/** [batch, 4]. */
const rows = (b: GraphBuilder, x: string): string => b.op('ReduceSum', [x, b.integers([1])], { keepdims: int(0) });

const gemm = (transB: number, ...shape: readonly number[]): ByExampleCase => ({
  shape,
  emit: (b, x, p) => b.op('Gemm', [rows(b, x), p], { transB: int(transB), alpha: float(0.5) }),
});

const einsum = (equation: string, ...shape: readonly number[]): ByExampleCase => ({
  shape,
  emit: (b, x, p) => b.op('Einsum', equation.startsWith('b') ? [x, p] : [p, x], { equation: string(equation) }),
});

/** Uses that must keep the gradients of the examples apart, by the rule's key: what is summed too early cannot be. */
export const byExampleCases: Readonly<Record<string, Readonly<Record<string, ByExampleCase>>>> = {
  MatMul: { 'a linear layer': withX('MatMul', 4, 3), 'a vector': withX('MatMul', 4) },
  Gemm: { 'a linear layer': gemm(0, 4, 3), 'a linear layer, transposed': gemm(1, 3, 4) },
  Einsum: {
    'a linear layer': einsum('bld,de->ble', 4, 3),
    'a linear layer, transposed': einsum('bld,ed->ble', 3, 4),
    'a linear layer, weight first': einsum('ed,bld->ble', 3, 4),
  },
  Gather: {
    'a table': { shape: [4, 2], emit: (b, x, p) => b.op('Gather', [p, b.op('ArgMax', [x], { axis: int(-1) })]) },
  },
  LayerNormalization: {
    scale: withX('LayerNormalization', 4),
    bias: {
      shape: [4],
      emit: (b, x, p) => b.op('LayerNormalization', [x, b.op('Expand', [one(b), b.integers([4])]), p]),
    },
  },
  Add: { bias: withX('Add', 4) },
  Sub: { bias: withX('Sub', 4) },
  Mul: { scale: withX('Mul', 4) },
  Div: { scale: { shape: [4], emit: (b, x, p) => b.op('Div', [x, p]) } },
  Sum: { bias: withX('Sum', 4) },
  Mean: { bias: withX('Mean', 4) },
  Max: { bound: withX('Max', 4) },
  Min: { bound: withX('Min', 4) },
  PRelu: { slope: withX('PRelu', 4) },
  Pow: { exponent: { shape: [4], emit: (b, x, p) => b.op('Pow', [b.op('Exp', [x]), p]) } },
  Where: {
    'either side': {
      shape: [4],
      emit: (b, x, p) => {
        const condition = b.op('Greater', [x, b.number(0, 'float32')]);
        return b.op('Add', [b.op('Where', [condition, p, x]), b.op('Mul', [x, b.op('Where', [condition, x, p])])]);
      },
    },
  },
  Clip: { bound: { shape: [], emit: (b, x, p) => b.op('Clip', [x, p]) } },
};

const one = (b: GraphBuilder): string => b.number(1, 'float32');
