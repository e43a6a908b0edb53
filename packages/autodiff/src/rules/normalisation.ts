import { int, readInt } from '@guided-dropout/onnx';
import { cast, reduceSum } from '../emit.js';
import { firstOutputGradient, type GradientRule, type RuleContext } from '../rule.js';
import { unsupported } from './unsupported.js';

/** y = softmax(x) along an axis: dx = y · (dy − Σ dy·y). */
export const softmax: GradientRule = (context) => {
  const { builder, node } = context;
  const y = node.outputs[0]!;
  const gradient = firstOutputGradient(context);
  const projection = reduceSum(builder, builder.op('Mul', [gradient, y]), [readInt(node, 'axis', -1)], true);
  const value = builder.op('Mul', [y, builder.op('Sub', [gradient, projection])]);
  context.contribute(0, { kind: 'dense', value });
};

/** y = log softmax(x) along an axis: dx = dy − eʸ · Σ dy. */
export const logSoftmax: GradientRule = (context) => {
  const { builder, node } = context;
  const gradient = firstOutputGradient(context);
  const total = reduceSum(builder, gradient, [readInt(node, 'axis', -1)], true);
  const share = builder.op('Mul', [builder.op('Exp', [node.outputs[0]!]), total]);
  context.contribute(0, { kind: 'dense', value: builder.op('Sub', [gradient, share]) });
};

/** The operator computes its statistics in float32 whatever the type of x (its `stash_type`). */
function fromFloat32(context: RuleContext, statistic: string): string {
  const { dataType } = context.type(context.node.inputs[0]!);
  return dataType === 'float32' ? statistic : cast(context.builder, statistic, dataType);
}

/**
 * y = x̂·scale + bias, x̂ = (x − mean)/deviation over the axes from `axis` on. With g = dy·scale:
 * dx = (g − mean(g) − x̂·mean(g·x̂))/deviation, dscale = Σ dy·x̂, dbias = Σ dy (Ba et al., 2016).
 */
export const layerNormalization: GradientRule = (context) => {
  const { builder, node } = context;
  const [x, scale] = [node.inputs[0]!, node.inputs[1]!];
  const y = node.outputs[0]!;
  if (context.outputGradient(1) !== undefined || context.outputGradient(2) !== undefined) {
    throw unsupported(node, 'a loss that depends on its first output alone', 'its mean or inverse deviation too');
  }
  const gradient = firstOutputGradient(context);
  if (context.needs(2)) context.contribute(2, { kind: 'broadcast', value: gradient, like: y });
  if (!context.needs(0) && !context.needs(1)) return;
  // The operator offers its statistics as optional outputs; asking for them beats computing them again.
  const [mean, inverseDeviation] = builder
    .extendOutputs(y, 3)
    .slice(1)
    .map((statistic) => fromFloat32(context, statistic)) as [string, string];
  const normalised = builder.op('Mul', [builder.op('Sub', [x, mean]), inverseDeviation]);
  if (context.needs(1)) {
    const value = builder.op('Mul', [gradient, normalised]);
    context.contribute(1, { kind: 'broadcast', value, like: y });
  }
  if (!context.needs(0)) return;
  const axes = builder.integers(normalisedAxes(context));
  const meanOver = (value: string): string => builder.op('ReduceMean', [value, axes], { keepdims: int(1) });
  const scaled = builder.op('Mul', [gradient, scale]);
  const along = builder.op('Mul', [normalised, meanOver(builder.op('Mul', [scaled, normalised]))]);
  const centred = builder.op('Sub', [builder.op('Sub', [scaled, meanOver(scaled)]), along]);
  context.contribute(0, { kind: 'dense', value: builder.op('Mul', [centred, inverseDeviation]) });
};

/** From the last axis backwards: −1, −2, … down to the attribute's. */
function normalisedAxes({ node, type }: RuleContext): number[] {
  const rank = type(node.inputs[0]!).dims.length;
  const axis = readInt(node, 'axis', -1);
  return Array.from({ length: axis < 0 ? -axis : rank - axis }, (_, i) => -1 - i);
}
