import { readInt, readInts, type Node, type Tensor, type ValueType } from '@guided-dropout/onnx';

type TypeOf = (value: string) => ValueType;
type ConstantOf = (value: string) => Tensor | undefined;

/** Operators that keep the order of elements and change only how they are counted. */
const recounting = named('Flatten Identity Reshape Squeeze Unsqueeze');

/** Operators whose output element depends on the elements at the same place of their inputs, broadcast. */
const elementwise = named(
  'Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil ' +
    'Celu Clip Cos Cosh Div Dropout Elu Equal Erf Exp Floor Greater GreaterOrEqual HardSigmoid HardSwish IsInf IsNaN ' +
    'LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid ' +
    'Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Tan Tanh ThresholdedRelu Trilu Where Xor',
);

/** Operators that work along the axis of their attribute, and its default. */
const alongAxis: ReadonlyMap<string, number> = new Map([
  ['ArgMax', 0],
  ['ArgMin', 0],
  ['Concat', 0],
  ['GatherElements', 0],
  ['Hardmax', -1],
  ['LayerNormalization', -1],
  ['LogSoftmax', -1],
  ['ScatterElements', 0],
  ['Softmax', -1],
  ['Split', 0],
  ['TopK', -1],
]);

const reductions = named(
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
);

/** Operators whose output is the same, or noise, for all examples. */
const exampleFree = named(
  'ConstantOfShape RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Bernoulli',
);

/**
 * The inputs that have to lie in the order of the examples for a node's first output, whose first axis counts them, to do so.
 *
 * @returns undefined where the node does not keep that order, or is not known to.
 */
export function inputsInOrder(node: Node, typeOf: TypeOf, constantOf: ConstantOf): readonly string[] | undefined {
  if (node.domain !== '') return undefined;
  const [input = '', second = ''] = node.inputs;
  const output = typeOf(node.outputs[0]!).dims;
  /** Whether an input's first axis is the output's, and is so not broadcast. */
  const shares = (value: string): boolean => {
    const { dims } = value === '' ? { dims: [] } : typeOf(value);
    return dims.length === output.length && dims[0] === output[0];
  };
  const sharing = (): string[] | undefined => {
    const inputs = node.inputs.filter(shares);
    return inputs.length > 0 ? inputs : undefined;
  };
  const rank = input === '' ? 0 : typeOf(input).dims.length;
  const isFirst = (axis: number): boolean => (axis + rank) % rank === 0;

  if (recounting.has(node.opType)) return [input];
  if (exampleFree.has(node.opType)) return [];
  if (elementwise.has(node.opType)) return sharing();
  const axis = alongAxis.get(node.opType);
  if (axis !== undefined) return isFirst(readInt(node, 'axis', axis)) ? undefined : sharing();
  if (reductions.has(node.opType)) {
    const axes = integers(constantOf(second));
    return axes !== undefined && axes.length > 0 && !axes.some(isFirst) ? [input] : undefined;
  }
  switch (node.opType) {
    case 'Einsum':
      return firstLabelStays(node) ? sharing() : undefined;
    case 'MatMul':
      return output.length === 2 ? [input] : sharing();
    case 'Gemm':
      return readInt(node, 'transA', 0) === 0 ? [input] : undefined;
    case 'Transpose':
      return readInts(node, 'perm')?.[0] === 0 ? [input] : undefined;
    case 'Expand':
      return shares(input) ? [input] : [];
    case 'Tile':
      return shares(input) ? [input] : typeOf(input).dims[0] === 1 ? [] : undefined;
    case 'Gather':
      return isFirst(readInt(node, 'axis', 0)) ? [second] : [input];
    case 'GatherND':
      return readInt(node, 'batch_dims', 0) > 0 ? [input] : [second];
    case 'ScatterND':
      return [input];
    case 'OneHot':
      return readInt(node, 'axis', -1) === 0 ? undefined : [input];
    case 'CumSum':
      return integers(constantOf(second))?.some(isFirst) === false ? [input] : undefined;
    case 'Slice':
      return isWholeFirstAxis(node, isFirst, constantOf) && shares(input) ? [input] : undefined;
    case 'Pad':
      return leavesFirstAxis(integers(constantOf(second)), rank) ? [input] : undefined;
    default:
      return undefined;
  }
}

/** Whether a slice leaves the first axis alone, or takes it in steps of 1: of its own size, that is the whole of it. */
function isWholeFirstAxis(node: Node, isFirst: (axis: number) => boolean, constantOf: ConstantOf): boolean {
  const [, starts = '', , axesInput = '', steps = ''] = node.inputs;
  const count = integers(constantOf(starts))?.length;
  const axes = axesInput === '' ? Array.from({ length: count ?? 0 }, (_, i) => i) : integers(constantOf(axesInput));
  if (axes === undefined || axes.length === 0) return false;
  const step = steps === '' ? axes.map(() => 1) : integers(constantOf(steps));
  return axes.every((axis, i) => !isFirst(axis) || step?.[i] === 1);
}

/** Whether an Einsum's result begins with the label that every operand which has it begins with. */
function firstLabelStays(node: Node): boolean {
  const attribute = node.attributes['equation'];
  const [left = '', result = ''] = (attribute?.type === 'string' ? attribute.value : '')
    .replaceAll(' ', '')
    .split('->');
  const first = result[0] ?? '';
  return /[A-Za-z]/.test(first) && left.split(',').every((operand) => operand.lastIndexOf(first) <= 0);
}

function leavesFirstAxis(pads: readonly number[] | undefined, rank: number): boolean {
  return pads !== undefined && pads.length === 2 * rank && pads[0] === 0 && pads[rank] === 0;
}

function integers(value: Tensor | undefined): number[] | undefined {
  return value && Array.from(value.data, Number);
}

function named(operators: string): ReadonlySet<string> {
  return new Set(operators.split(' '));
}
