import { readInts } from '../../attributes.js';
import type { Lowering, Lowerings } from '../lowering.js';

/** Refuses an operator from a version on, whose newer form opset 18 cannot express. */
const refusedSince =
  (version: number, expected: string, received: string): Lowering =>
  (context) => {
    if (context.opset < version) return context.keep();
    throw context.refuse({ expected, received, fix: 'Export the model at opset 18.' });
  };

const notInOpset18 = refusedSince(0, 'an operator that opset 18 has', 'one that is newer and is not decomposed here');

const averagePool: Lowering = (context) => {
  if ((readInts(context.node, 'dilations') ?? []).every((dilation) => dilation === 1)) {
    const { dilations: _dilations, ...attributes } = context.node.attributes;
    return context.keep({ attributes });
  }
  return refusedSince(19, 'no dilations, as opset 18 has none', 'dilations other than 1')(context);
};

const batchNormalization: Lowering = (context) => {
  if (context.opset >= 14 || !context.node.outputs.slice(1).some((output) => output !== '')) return context.keep();
  throw context.refuse({
    expected: 'one output, as in inference',
    received: 'the training form of before opset 14',
    fix: 'Export the model in evaluation mode.',
  });
};

/** Standard operators with forms that opset 18 has not, and operators it has not at all. */
export const refusals: Lowerings = new Map<string, Lowering>([
  ['AveragePool', averagePool],
  ['BatchNormalization', batchNormalization],
  ['DFT', refusedSince(20, 'the axis as an attribute', 'the axis as an input')],
  [
    'GroupNormalization',
    refusedSince(21, 'a scale and bias per group, as in opset 18', 'a scale and bias per channel, as since opset 21'),
  ],
  ...['AffineGrid', 'DeformConv', 'ImageDecoder', 'RegexFullMatch', 'StringConcat', 'StringSplit'].map(
    (opType): [string, Lowering] => [opType, notInOpset18],
  ),
]);
