import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';
import { axisSlices, type AxisSlice } from './axis-slices.js';
import { scatterAlongAxis, shapeWith } from './scatter-along-axis.js';

/**
 * A part along some axes: the gradient stands in zeros where the part was taken from. That is padding where the step
 * is 1; for others the positions are computed as the operator took them.
 */
export const slice: GradientRule = (context) => {
  const { builder, node } = context;
  const x = node.inputs[0]!;
  const rank = context.type(x).dims.length;
  const slices = axisSlices(context, rank);
  const stepped = slices.filter((part) => part.step !== undefined);
  const gradient = stepped.reduce((value, part) => putBack(context, value, part, rank), firstOutputGradient(context));
  if (stepped.length === slices.length) {
    context.contribute(0, { kind: 'dense', value: gradient });
    return;
  }
  const before = Array.from({ length: rank }, (_, axis) => {
    const part = slices.find((candidate) => candidate.axis === axis && candidate.step === undefined);
    return part === undefined ? builder.integers([0]) : paddingBefore(builder, sizeAlong(builder, x, axis), part.start);
  });
  const first = builder.op('Concat', before, { axis: int(0) });
  const missing = builder.op('Sub', [builder.op('Shape', [x]), builder.op('Shape', [gradient])]);
  const pads = builder.op('Concat', [first, builder.op('Sub', [missing, first])], { axis: int(0) });
  context.contribute(0, { kind: 'dense', value: builder.op('Pad', [gradient, pads]) });
};

/**
 * How many elements a slice leaves out in front. A start below 0 counts from the end, beyond the axis it is cut to it;
 * one beyond the back leaves nothing to pad, so that it does not matter.
 */
function paddingBefore(builder: GraphBuilder, size: string, start: string): string {
  const zero = builder.integers([0]);
  const fromEnd = builder.op('Max', [builder.op('Add', [size, start]), zero]);
  const known = builder.initializerOf(start)?.data[0];
  if (known !== undefined) return known < 0 ? fromEnd : start;
  return builder.op('Where', [builder.op('Less', [start, zero]), fromEnd, start]);
}

/** Writes a gradient into zeros at the positions that a slice with any step took along an axis. */
function putBack(context: RuleContext, gradient: string, part: AxisSlice, rank: number): string {
  const { builder, node } = context;
  const { axis, start, end, step } = part;
  const size = sizeAlong(builder, node.inputs[0]!, axis);
  const [zero, one] = [builder.constant(int64([], [0])), builder.constant(int64([], [1]))];
  const everything = builder.op('Range', [zero, builder.op('Squeeze', [size]), one]);
  const positions = builder.op('Slice', [everything, start, end, builder.integers([0]), step!]);
  const { dataType } = context.type(node.outputs[0]!);
  const zeros = builder.op('Expand', [builder.number(0, dataType), shapeWith(builder, gradient, axis, size)]);
  return scatterAlongAxis(builder, zeros, positions, gradient, axis, rank);
}

function sizeAlong(builder: GraphBuilder, value: string, axis: number): string {
  return builder.op('Shape', [value], { start: int(axis), end: int(axis + 1) });
}
