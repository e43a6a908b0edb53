import { float, int, readFloat, readInt } from '../../attributes.js';
import { refuseOutputs, requiredInput, type Lowering, type LoweringContext } from '../lowering.js';

/** ONNX Runtime's default for its skip and embedding normalisations. */
const CONTRIB_EPSILON = 1e-12;

const statistics = new Map([
  [1, 'mean'],
  [2, 'inv_std_var'],
]);

/** x / √(mean(x²) + ε) · scale over the axes from `axis` to the last (Zhang & Sennrich, 2019). */
function emitRmsNorm(
  context: LoweringContext,
  x: string,
  scale: string,
  axes: readonly number[],
  epsilon: number,
): string {
  const { builder } = context;
  const meanSquare = builder.op('ReduceMean', [builder.op('Mul', [x, x]), builder.integers(axes)], {
    keepdims: int(1),
  });
  const root = builder.op('Sqrt', [builder.op('Add', [meanSquare, context.number(epsilon, x)])]);
  return builder.op('Mul', [builder.op('Div', [x, root]), scale]);
}

/** RMSNormalization of opset 23, and SimplifiedLayerNormalization, as ONNX Runtime calls the same. */
export const rmsNormalization: Lowering = (context) => {
  refuseOutputs(context, new Map([[1, 'inv_std_var']]));
  const x = requiredInput(context, 0);
  const axis = readInt(context.node, 'axis', -1);
  const rank = context.type(x).dims?.length;
  if (axis >= 0 && rank === undefined) {
    throw context.refuse({
      expected: `a negative axis, or '${x}' of known rank`,
      received: `axis ${axis} of a value of unknown rank`,
      fix: "Pass the value's type in options.types.",
    });
  }
  const last = axis < 0 ? -axis : rank! - axis;
  const axes = Array.from({ length: last }, (_, i) => i - last);
  return [emitRmsNorm(context, x, requiredInput(context, 1), axes, readFloat(context.node, 'epsilon', 1e-5))];
};

/**
 * The sum of input, skip and optional bias, which both skip normalisations begin with and give as output 3. The bias goes
 * to the operand that a matrix product ends in: it is that layer's own, which fusing took out of it.
 */
function residualSum(context: LoweringContext, biasIndex: number): string {
  refuseOutputs(context, statistics);
  const { builder } = context;
  const operands = [requiredInput(context, 0), requiredInput(context, 1)];
  const bias = context.input(biasIndex);
  if (bias === undefined) return builder.op('Add', operands);
  const branch = operands.findIndex((operand) => builder.producer(operand)?.opType === 'MatMul');
  if (branch < 0) return builder.op('Add', [builder.op('Add', operands), bias]);
  return builder.op('Add', operands.with(branch, builder.op('Add', [operands[branch]!, bias])));
}

/** com.microsoft SkipLayerNormalization: LayerNormalization of input + skip + bias. */
export const skipLayerNormalization: Lowering = (context) => {
  const sum = residualSum(context, 4);
  const beta = context.input(3);
  const inputs = [sum, requiredInput(context, 2), ...(beta === undefined ? [] : [beta])];
  return [emitLayerNorm(context, inputs), '', '', sum];
};

/** com.microsoft SkipSimplifiedLayerNormalization: RMSNormalization of input + skip + bias. */
export const skipRmsNormalization: Lowering = (context) => {
  const sum = residualSum(context, 3);
  const epsilon = readFloat(context.node, 'epsilon', CONTRIB_EPSILON);
  return [emitRmsNorm(context, sum, requiredInput(context, 2), [-1], epsilon), '', '', sum];
};

/** com.microsoft EmbedLayerNormalization: word, position and segment embeddings, added and normalised. */
export const embedLayerNormalization: Lowering = (context) => {
  const { builder } = context;
  const ids = requiredInput(context, 0);
  const segmentIds = context.input(1);
  const words = builder.op('Gather', [requiredInput(context, 2), ids]);
  // A row of positions per example, though all rows are alike, keeps the gradients of examples apart.
  const positionIds = builder.op('Expand', [context.input(8) ?? positionsOf(context, ids), builder.op('Shape', [ids])]);
  let sum = builder.op('Add', [words, builder.op('Gather', [requiredInput(context, 3), positionIds])]);
  if (segmentIds !== undefined) {
    sum = builder.op('Add', [sum, builder.op('Gather', [requiredInput(context, 4), segmentIds])]);
  }
  const normalised = emitLayerNorm(context, [sum, requiredInput(context, 5), requiredInput(context, 6)]);
  return [normalised, context.wants(1) ? maskIndex(context, ids) : '', context.wants(2) ? sum : ''];
};

function emitLayerNorm(context: LoweringContext, inputs: readonly string[]): string {
  const epsilon = float(readFloat(context.node, 'epsilon', CONTRIB_EPSILON));
  return context.builder.op('LayerNormalization', inputs, { axis: int(-1), epsilon });
}

/** 0 to length − 1. */
function positionsOf(context: LoweringContext, ids: string): string {
  const { builder } = context;
  const length = builder.op('Squeeze', [builder.op('Shape', [ids], { start: int(1), end: int(2) })]);
  return builder.op('Range', [integer(context, 0n), length, integer(context, 1n)]);
}

/** The number of ones in each row of the mask, int32; zeros where there is no mask. */
function maskIndex(context: LoweringContext, ids: string): string {
  const { builder } = context;
  const mask = context.input(7);
  const sum = (value: string): string => {
    const total = builder.op('ReduceSum', [value, builder.integers([1])], { keepdims: int(0) });
    return builder.op('Cast', [total], { to: int(6) });
  };
  if (mask === undefined) return sum(builder.op('Sub', [ids, ids]));
  const one = builder.op('Cast', [integer(context, 1n)], { to: int(6) });
  return sum(
    builder.op('Cast', [builder.op('Equal', [builder.op('Cast', [mask], { to: int(6) }), one])], { to: int(6) }),
  );
}

function integer(context: LoweringContext, value: bigint): string {
  return context.builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(value) });
}
