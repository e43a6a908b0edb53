import { int, readInt, type Node } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';
import { unsupported } from './unsupported.js';

/**
 * Updates written into, or added to, slices named by index tuples: the updates receive the gradient at their places;
 * the data receives it everywhere, except where it was overwritten.
 */
export const scatterND: GradientRule = (context) => {
  const { builder, node } = context;
  const [indices, updates] = [node.inputs[1]!, node.inputs[2]!];
  const gradient = firstOutputGradient(context);
  const adds = addsUpdates(node);
  if (context.needs(0)) {
    const zeros = (): string => zerosLike(builder, updates, context.type(updates));
    const value = adds ? gradient : builder.op('ScatterND', [gradient, indices, zeros()]);
    context.contribute(0, { kind: 'dense', value });
  }
  if (context.needs(2)) context.contribute(2, { kind: 'dense', value: builder.op('GatherND', [gradient, indices]) });
};

/** Updates written into, or added to, elements named along an axis; as {@link scatterND}. */
export const scatterElements: GradientRule = (context) => {
  const { builder, node } = context;
  const [indices, updates] = [node.inputs[1]!, node.inputs[2]!];
  const gradient = firstOutputGradient(context);
  const axis = { axis: int(readInt(node, 'axis', 0)) };
  const adds = addsUpdates(node);
  if (context.needs(0)) {
    const zeros = (): string => zerosLike(builder, updates, context.type(updates));
    const value = adds ? gradient : builder.op('ScatterElements', [gradient, indices, zeros()], axis);
    context.contribute(0, { kind: 'dense', value });
  }
  if (context.needs(2)) {
    context.contribute(2, { kind: 'dense', value: builder.op('GatherElements', [gradient, indices], axis) });
  }
};

function addsUpdates(node: Node): boolean {
  const attribute = node.attributes['reduction'];
  const reduction = attribute?.type === 'string' ? attribute.value : 'none';
  if (reduction === 'none' || reduction === 'add') return reduction === 'add';
  throw unsupported(node, "reduction 'none' or 'add'", `'${reduction}'`);
}
