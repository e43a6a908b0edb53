import { GuidedDropoutError } from '@guided-dropout/core';
import { readInt } from '@guided-dropout/onnx';
import { cast } from '../emit.js';
import { attributeInput } from '../errors.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';

/** y = Σ x over axes: every element receives dy. */
export const reduceSumRule: GradientRule = (context) => {
  context.contribute(0, { kind: 'dense', value: spread(context, firstOutputGradient(context)) });
};

/** y = mean of x over axes: every element receives dy / count. */
export const reduceMean: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const { dataType } = context.type(x);
  const size = (value: string): string => cast(builder, builder.op('Size', [value]), dataType);
  const count = builder.op('Div', [size(x), size(y)]);
  const share = builder.op('Div', [firstOutputGradient(context), count]);
  context.contribute(0, { kind: 'dense', value: spread(context, share) });
};

/** Repeats a gradient along the axes that were reduced. */
function spread(context: RuleContext, gradient: string): string {
  const { node, builder } = context;
  const x = node.inputs[0]!;
  const rank = context.type(x).dims.length;
  const shape = builder.op('Shape', [x]);
  const axes = reducedAxes(context, rank);
  if (axes.length === 0 && readInt(node, 'noop_with_empty_axes', 0) === 1) return gradient;
  const reduced = axes.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : axes;
  const kept =
    readInt(node, 'keepdims', 1) === 1 ? gradient : builder.op('Unsqueeze', [gradient, builder.integers(reduced)]);
  return builder.op('Expand', [kept, shape]);
}

function reducedAxes(context: RuleContext, rank: number): number[] {
  const { node, builder } = context;
  if (node.attributes['axes'] !== undefined) throw attributeInput(node, 'axes');
  const name = node.inputs[1] ?? '';
  if (name === '') return [];
  const axes = builder.initializerOf(name);
  if (axes === undefined) {
    throw new GuidedDropoutError('AUTODIFF_UNSUPPORTED', {
      where: `node '${node.name}' (${node.opType})`,
      expected: 'axes known when the graph is differentiated',
      received: `'${name}', which is computed`,
      fix: 'Give the axes as a constant.',
    });
  }
  return Array.from(axes.data as BigInt64Array, (axis) => (Number(axis) + rank) % rank);
}
