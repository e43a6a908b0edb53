import { tensor } from '@guided-dropout/onnx';
import { asInt64 } from '../emit.js';
import type { RuleContext } from '../rule.js';
import { unsupported } from './unsupported.js';

/** What a Slice node does along one axis; numbers as values of type int64 [1]. */
export interface AxisSlice {
  readonly axis: number;
  readonly start: string;
  readonly end: string;
  /** Undefined where it is known to be 1. */
  readonly step: string | undefined;
}

/**
 * Takes a Slice node of a value of that rank apart by axis. Starts, ends and steps may be computed.
 *
 * @throws GuidedDropoutError `AUTODIFF_UNSUPPORTED` for computed axes.
 */
export function axisSlices(context: RuleContext, rank: number): AxisSlice[] {
  const { builder, node } = context;
  const [, starts = '', ends = '', axes = '', steps = ''] = node.inputs;
  const count = Number(context.type(starts).dims[0]);
  const constantAxes = builder.initializerOf(axes);
  if (axes !== '' && constantAxes === undefined) {
    throw unsupported(node, 'axes as a constant', `'${axes}', which is computed`);
  }
  return Array.from({ length: count }, (_, i) => {
    const axis = constantAxes === undefined ? i : (Number(constantAxes.data[i]) + rank) % rank;
    const isOne = steps === '' || Number(builder.initializerOf(steps)?.data[i]) === 1;
    return {
      axis,
      start: element(context, starts, i),
      end: element(context, ends, i),
      step: isOne ? undefined : element(context, steps, i),
    };
  });
}

/** One element of a vector of integers, as int64 [1]. */
function element(context: RuleContext, vector: string, i: number): string {
  const { builder } = context;
  const constant = builder.initializerOf(vector);
  // Through bigint: exporters write ends such as 2⁶³ − 1.
  if (constant !== undefined)
    return builder.constant(tensor('int64', [1], BigInt64Array.of(BigInt(constant.data[i]!))));
  const wide = asInt64(builder, vector, context.type(vector).dataType);
  return builder.op('Gather', [wide, builder.integers([i])]);
}
