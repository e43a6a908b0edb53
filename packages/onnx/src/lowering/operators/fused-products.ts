import { float, ints, readFloat, readInt, string } from '../../attributes.js';
import { requiredInput, type Lowering, type LoweringContext } from '../lowering.js';

/**
 * com.microsoft FusedMatMul (TransposeMatMul is its older name): alpha · op(A)·op(B), where op may move the first axis
 * behind the batch axes (`transBatch`) and then swap the last two (`trans`).
 */
export const fusedMatMul: Lowering = (context) => [emitFusedMatMul(context)];

/** com.microsoft FusedMatMulActivation: the same, then an activation. */
export const fusedMatMulActivation: Lowering = (context) => [emitActivation(context, emitFusedMatMul(context))];

/** com.microsoft FusedGemm: a Gemm, then an activation. */
export const fusedGemm: Lowering = (context) => {
  const gemm = Object.entries(context.node.attributes).filter(([name]) => !name.startsWith('activation'));
  const { leaky_relu_alpha: _alpha, ...attributes } = Object.fromEntries(gemm);
  return [emitActivation(context, context.builder.op('Gemm', context.node.inputs, attributes))];
};

function emitFusedMatMul(context: LoweringContext): string {
  const { builder, node } = context;
  const a = requiredInput(context, 0);
  const left = arranged(context, a, readInt(node, 'transBatchA', 0) === 1, readInt(node, 'transA', 0) === 1);
  const b = requiredInput(context, 1);
  const right = arranged(context, b, readInt(node, 'transBatchB', 0) === 1, readInt(node, 'transB', 0) === 1);
  const product = builder.op('MatMul', [left, right]);
  const alpha = readFloat(node, 'alpha', 1);
  return alpha === 1 ? product : builder.op('Mul', [product, context.number(alpha, a)]);
}

function arranged(context: LoweringContext, value: string, batch: boolean, swap: boolean): string {
  if (!batch && !swap) return value;
  const rank = context.type(value).dims?.length;
  if (rank === undefined || rank < 2) {
    throw context.refuse({
      expected: `'${value}', which is transposed, to be of known rank 2 or more`,
      received: rank === undefined ? 'an unknown rank' : `rank ${rank}`,
      fix: "Pass the value's type in options.types.",
    });
  }
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const perm = batch ? [...axes.slice(1, -1), 0, rank - 1] : axes;
  if (swap) perm.push(...perm.splice(-2).toReversed());
  return context.builder.op('Transpose', [value], { perm: ints(perm) });
}

const activations: ReadonlySet<string> = new Set(['Relu', 'Tanh', 'Sigmoid', 'LeakyRelu']);

function emitActivation(context: LoweringContext, x: string): string {
  const { node, builder } = context;
  const { activation = string('') } = node.attributes;
  const name = activation.type === 'string' ? activation.value : '';
  if (name === '') return x;
  if (!activations.has(name)) {
    throw context.refuse({
      expected: `one of the activations ${[...activations].join(', ')}`,
      received: `'${name}'`,
      fix: 'Export the model without graph optimisation.',
    });
  }
  if (name !== 'LeakyRelu') return builder.op(name, [x]);
  const alpha = readFloat(node, 'activation_alpha', readFloat(node, 'leaky_relu_alpha', 0.01));
  return builder.op('LeakyRelu', [x], { alpha: float(alpha) });
}
