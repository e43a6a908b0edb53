import { readFloat, readInt } from '@guided-dropout/onnx';
import { transposeMatrix } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/**
 * Y = α·A′·B′ + β·C with A′ and B′ possibly transposed: dA′ = α·dY·B′ᵀ, dB′ = A′ᵀ·α·dY, dC = β·dY summed to C's shape.
 * Where B is of fixed size (a weight), dB stays in factors, as a linear layer's.
 */
export const gemm: GradientRule = (context) => {
  const { builder, node } = context;
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  const [transA, transB] = [readInt(node, 'transA', 0) === 1, readInt(node, 'transB', 0) === 1];
  const { dataType } = context.type(node.outputs[0]!);
  const gradient = firstOutputGradient(context);
  const times = (factor: number): string =>
    factor === 1 ? gradient : builder.op('Mul', [gradient, builder.number(factor, dataType)]);
  const scaled = times(readFloat(node, 'alpha', 1));
  if (context.needs(0)) {
    // dA′ = dY·B′ᵀ, and transposed again where A′ = Aᵀ.
    const right = transB ? b : transposeMatrix(builder, b, 2);
    const value = builder.op('MatMul', [scaled, right]);
    context.contribute(0, { kind: 'dense', value: transA ? transposeMatrix(builder, value, 2) : value });
  }
  if (context.needs(1)) {
    const rows = transA ? transposeMatrix(builder, a, 2) : a;
    const [left, right] = transB ? [scaled, rows] : [rows, scaled];
    if (context.type(b).dims.every((dim) => typeof dim === 'number')) {
      context.contribute(1, { kind: 'product', left, right, like: node.outputs[0]! });
    } else {
      const value = builder.op('MatMul', [transposeMatrix(builder, left, 2), right]);
      context.contribute(1, { kind: 'dense', value });
    }
  }
  if (context.needs(2)) {
    const value = times(readFloat(node, 'beta', 1));
    context.contribute(2, { kind: 'broadcast', value, like: node.outputs[0]! });
  }
};
