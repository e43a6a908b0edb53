import { int, readInt } from '@guided-dropout/onnx';
import { attributeInput } from '../errors.js';
import type { RuleContext } from '../rule.js';
import { unsupported } from './unsupported.js';

/** Gives a value in the shape of a reduction's output the reduced axes again, with size 1. */
export function withReducedAxes(context: RuleContext, value: string): string {
  const { node, builder } = context;
  const axes = reducedAxes(context);
  if (axes.length === 0 || readInt(node, 'keepdims', 1) === 1) return value;
  return builder.op('Unsqueeze', [value, builder.integers(axes)]);
}

/** Repeats a value in the shape of a reduction's output along the axes that were reduced. */
export function spread(context: RuleContext, value: string): string {
  const { node, builder } = context;
  if (reducedAxes(context).length === 0) return value;
  return builder.op('Expand', [withReducedAxes(context, value), builder.op('Shape', [node.inputs[0]!])]);
}

/** Reduces a value in the shape of a reduction's input over the same axes, which stay with size 1. */
export function reduceLike(context: RuleContext, opType: string, value: string): string {
  const { builder } = context;
  const axes = reducedAxes(context);
  if (axes.length === 0) return value;
  return builder.op(opType, [value, builder.integers(axes)], { keepdims: int(1) });
}

/** The axes a reduction sums over; none where it leaves its input as it is by request. */
function reducedAxes({ node, builder, type }: RuleContext): readonly number[] {
  if (node.attributes['axes'] !== undefined) throw attributeInput(node, 'axes');
  const name = node.inputs[1] ?? '';
  const constant = builder.initializerOf(name);
  if (name !== '' && constant === undefined) {
    const received = `'${name}', which is computed`;
    throw unsupported(node, 'axes known when the graph is differentiated', received, 'Give the axes as a constant.');
  }
  const axes = Array.from((constant?.data ?? []) as BigInt64Array, Number);
  if (axes.length > 0 || readInt(node, 'noop_with_empty_axes', 0) === 1) return axes;
  return type(node.inputs[0]!).dims.map((_, axis) => axis);
}
