import { readInts } from '../../attributes.js';
import type { Lowering } from '../lowering.js';

/** ReduceMean, ReduceMax and the like: before opset 18 the axes are an attribute, from then on an input. */
export const reduction: Lowering = (context) => {
  const axes = readInts(context.node, 'axes');
  if (axes === undefined) return context.keep();
  const { axes: _axes, ...attributes } = context.node.attributes;
  return context.keep({ inputs: [context.node.inputs[0]!, context.builder.integers(axes)], attributes });
};

/** ReduceMax and ReduceMin, which since opset 20 take booleans as well. */
export const extremeReduction: Lowering = (context) => {
  const { dataType } = context.type(context.node.inputs[0]!);
  if (dataType !== 'bool') return reduction(context);
  throw context.refuse({
    expected: 'numbers to reduce',
    received: 'booleans, which opset 18 does not reduce',
    fix: 'Cast the booleans to int32 before, and back after.',
  });
};
