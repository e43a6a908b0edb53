import { readInts } from '@guided-dropout/onnx';
import { cast, reshapeLike, transpose } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** Reorders axes: the gradient goes back through the inverse order. */
export const transposeRule: GradientRule = (context) => {
  const { node, builder } = context;
  const rank = context.type(node.inputs[0]!).dims.length;
  const perm = readInts(node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  context.contribute(0, { kind: 'dense', value: transpose(builder, firstOutputGradient(context), inverse) });
};

/** Reshape, Squeeze, Unsqueeze, Flatten: the same elements in the input's shape. */
export const reshape: GradientRule = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const value = reshapeLike(builder, firstOutputGradient(context), context.type(y), x, context.type(x));
  context.contribute(0, { kind: 'dense', value });
};

/** Repeats along broadcast axes: the gradient is summed over them. */
export const expand: GradientRule = (context) => {
  const value = firstOutputGradient(context);
  context.contribute(0, { kind: 'broadcast', value, like: context.node.outputs[0]! });
};

const floatingTypes: ReadonlySet<string> = new Set(['float64', 'float32', 'float16', 'bfloat16']);

/** Cast and CastLike: between floating types the gradient is cast back; integers have none. */
export const castRule: GradientRule = (context) => {
  const { node, builder } = context;
  const { dataType } = context.type(node.inputs[0]!);
  if (!floatingTypes.has(dataType)) return;
  context.contribute(0, { kind: 'dense', value: cast(builder, firstOutputGradient(context), dataType) });
};
