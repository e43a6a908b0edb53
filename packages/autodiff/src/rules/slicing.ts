import { GuidedDropoutError } from '@guided-dropout/core';
import { int, readInt, type GraphBuilder } from '@guided-dropout/onnx';
import { zerosLike } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';

/** A part with step 1 along some axes: the gradient stands in zeros where the part was taken from. */
export const slice: GradientRule = (context) => {
  const { builder, node } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const rank = context.type(x).dims.length;
  const starts = constantIntegers(context, 1);
  const axes = (node.inputs[3] ?? '') === '' ? starts.map((_, i) => i) : constantIntegers(context, 3);
  const steps = (node.inputs[4] ?? '') === '' ? starts.map(() => 1) : constantIntegers(context, 4);
  if (steps.some((step) => step !== 1)) throw unsupported(context, 'steps of 1', `steps ${steps.join(', ')}`);
  const begin = new Map(axes.map((axis, i) => [(axis + rank) % rank, starts[i]!]));
  const before = Array.from({ length: rank }, (_, axis) => paddingBefore(builder, x, axis, begin.get(axis) ?? 0));
  const first = builder.op('Concat', before, { axis: int(0) });
  const sizes = builder.op('Sub', [builder.op('Shape', [x]), builder.op('Shape', [y])]);
  const pads = builder.op('Concat', [first, builder.op('Sub', [sizes, first])], { axis: int(0) });
  context.contribute(0, { kind: 'dense', value: builder.op('Pad', [firstOutputGradient(context), pads]) });
};

/** How many elements a slice leaves out in front: a start below 0 counts from the end, beyond the axis it is cut to it. */
function paddingBefore(builder: GraphBuilder, x: string, axis: number, start: number): string {
  const size = builder.op('Shape', [x], { start: int(axis), end: int(axis + 1) });
  if (start >= 0) return builder.op('Min', [builder.integers([start]), size]);
  return builder.op('Max', [builder.op('Add', [size, builder.integers([start])]), builder.integers([0])]);
}

/** Inputs joined along an axis: each receives its part of the gradient. */
export const concat: GradientRule = (context) => {
  const { builder, node } = context;
  const rank = context.type(node.outputs[0]!).dims.length;
  const axis = (readInt(node, 'axis', 0) + rank) % rank;
  const sizes = node.inputs.map((x) => builder.op('Shape', [x], { start: int(axis), end: int(axis + 1) }));
  const split = sizes.length === 1 ? sizes[0]! : builder.op('Concat', sizes, { axis: int(0) });
  const parts = builder.ops('Split', [firstOutputGradient(context), split], node.inputs.length, { axis: int(axis) });
  parts.forEach((value, index) => {
    if (context.needs(index)) context.contribute(index, { kind: 'dense', value });
  });
};

/** Parts along an axis: their gradients joined, zeros where the loss ignores a part. */
export const split: GradientRule = (context) => {
  const { builder, node } = context;
  const parts = node.outputs.map(
    (part, index) => context.outputGradient(index) ?? zerosLike(builder, part, context.type(part)),
  );
  const value = builder.op('Concat', parts, { axis: int(readInt(node, 'axis', 0)) });
  context.contribute(0, { kind: 'dense', value });
};

/** Constant padding: the gradient of the padded is the part that is not padding; negative pads cut. */
export const pad: GradientRule = (context) => {
  const { builder, node } = context;
  const mode = node.attributes['mode'];
  if (mode?.type === 'string' && mode.value !== 'constant') throw unsupported(context, 'constant padding', mode.value);
  if ((node.inputs[3] ?? '') !== '') throw unsupported(context, 'pads for every axis', 'an axes input');
  if (!context.needs(0)) return;
  // Padding by the negative amounts undoes it.
  const value = builder.op('Pad', [firstOutputGradient(context), builder.op('Neg', [node.inputs[1]!])]);
  context.contribute(0, { kind: 'dense', value });
};

function constantIntegers(context: RuleContext, input: number): number[] {
  const name = context.node.inputs[input]!;
  const value = context.builder.initializerOf(name);
  if (value === undefined) throw unsupported(context, 'starts, axes and steps as constants', `'${name}', computed`);
  return Array.from(value.data as BigInt64Array, Number);
}

function unsupported({ node }: RuleContext, expected: string, received: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_UNSUPPORTED', {
    where: `node '${node.name}' (${node.opType})`,
    expected,
    received,
    fix: 'Write the graph in that form, or pass a rule of your own in options.rules.',
  });
}
