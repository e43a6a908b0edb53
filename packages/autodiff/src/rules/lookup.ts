import { int, readInt, string } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';

/** Rows taken by id: gradients of rows taken more than once add up. */
export const gather: GradientRule = (context) => {
  const { node } = context;
  const rank = context.type(node.inputs[0]!).dims.length;
  const axis = (readInt(node, 'axis', 0) + rank) % rank;
  const updates = firstOutputGradient(context);
  const rowsAreStatic = context
    .type(node.inputs[0]!)
    .dims.slice(1)
    .every((dim) => typeof dim === 'number');
  if (axis === 0 && rowsAreStatic) context.contribute(0, { kind: 'scatter', indices: node.inputs[1]!, updates });
  else context.contribute(0, { kind: 'dense', value: scatterAlong(context, axis, updates) });
};

/** Gather along an inner axis: adds the updates to zeros at the indices, repeated over all other axes. */
function scatterAlong(context: RuleContext, axis: number, gradient: string): string {
  const { node, builder } = context;
  const [data, indices] = [node.inputs[0]!, node.inputs[1]!];
  const { dims } = context.type(data);
  // The gradient's axes that stand for the indices' become one again.
  const before = builder.op('Shape', [data], { start: int(0), end: int(axis) });
  const after = builder.op('Shape', [data], { start: int(axis + 1) });
  const shape = builder.op('Concat', [before, builder.integers([-1]), after], { axis: int(0) });
  const updates = builder.op('Reshape', [gradient, shape]);
  const column = dims.map((_, i) => (i === axis ? -1 : 1));
  const aligned = builder.op('Reshape', [indices, builder.integers(column)]);
  const repeated = builder.op('Expand', [aligned, builder.op('Shape', [updates])]);
  const zeros = zerosLike(builder, data, context.type(data));
  return builder.op('ScatterElements', [zeros, repeated, updates], { axis: int(axis), reduction: string('add') });
}

/** Elements taken by index along an axis: each gradient is added back where its element came from. */
export const gatherElements: GradientRule = (context) => {
  const { node, builder } = context;
  const [data, indices] = [node.inputs[0]!, node.inputs[1]!];
  const value = builder.op(
    'ScatterElements',
    [zerosLike(builder, data, context.type(data)), indices, firstOutputGradient(context)],
    { axis: int(readInt(node, 'axis', 0)), reduction: string('add') },
  );
  context.contribute(0, { kind: 'dense', value });
};
