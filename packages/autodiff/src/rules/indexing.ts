import { int, int64, readInt, string } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';

/** Slices taken by index tuples: gradients are added back where they came from. */
export const gatherND: GradientRule = (context) => {
  const { builder, node } = context;
  const data = node.inputs[0]!;
  const indices = withBatchIndices(context, readInt(node, 'batch_dims', 0));
  const zeros = zerosLike(builder, data, context.type(data));
  const value = builder.op('ScatterND', [zeros, indices, firstOutputGradient(context)], { reduction: string('add') });
  context.contribute(0, { kind: 'dense', value });
};

/** Index tuples that also name the batch, as ScatterND needs them: it knows no batch dimensions. */
function withBatchIndices(context: RuleContext, batchDims: number): string {
  const { builder, node } = context;
  const indices = node.inputs[1]!;
  if (batchDims === 0) return indices;
  const rank = context.type(indices).dims.length;
  const [zero, one] = [builder.constant(int64([], [0])), builder.constant(int64([], [1]))];
  const leading = builder.op('Shape', [indices], { end: int(rank - 1) });
  const each = builder.op('Concat', [leading, builder.integers([1])], { axis: int(0) });
  const coordinates = Array.from({ length: batchDims }, (_, axis) => {
    const size = builder.op('Squeeze', [builder.op('Shape', [indices], { start: int(axis), end: int(axis + 1) })]);
    const along = Array.from({ length: rank }, (_value, i) => (i === axis ? -1 : 1));
    const column = builder.op('Reshape', [builder.op('Range', [zero, size, one]), builder.integers(along)]);
    return builder.op('Expand', [column, each]);
  });
  return builder.op('Concat', [...coordinates, indices], { axis: int(-1) });
}
