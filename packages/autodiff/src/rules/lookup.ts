import { readInt } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';
import { scatterAlongAxis, shapeWith } from './scatter-along-axis.js';

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
  else context.contribute(0, { kind: 'dense', value: scatterBack(context, axis, updates) });
};

/** Gather along an inner axis: adds the updates to zeros at the indices, repeated over all other axes. */
function scatterBack(context: RuleContext, axis: number, gradient: string): string {
  const { node, builder } = context;
  const [data, indices] = [node.inputs[0]!, node.inputs[1]!];
  // The gradient's axes that stand for the indices' become one again.
  const shape = shapeWith(builder, data, axis, builder.integers([-1]));
  const updates = builder.op('Reshape', [gradient, shape]);
  const zeros = zerosLike(builder, data, context.type(data));
  return scatterAlongAxis(builder, zeros, indices, updates, axis, context.type(data).dims.length);
}

/** Elements taken by index along an axis: each gradient is added back where its element came from. */
export const gatherElements: GradientRule = (context) => {
  const { node } = context;
  const updates = firstOutputGradient(context);
  context.contribute(0, { kind: 'elements', indices: node.inputs[1]!, updates, axis: readInt(node, 'axis', 0) });
};
