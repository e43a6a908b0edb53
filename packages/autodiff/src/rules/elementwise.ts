import type { GraphBuilder, Node } from '@guided-dropout/onnx';
import { multiply } from '../emit.js';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** Writes f′(x), given x and y = f(x); `number` makes a constant of their type. */
type Derivative = (
  builder: GraphBuilder,
  x: string,
  y: string,
  number: (value: number) => string,
  node: Node,
) => string;

/** The rule of y = f(x), element by element: dx = dy · f′(x). */
export function elementwise(derivative: Derivative): GradientRule {
  return (context) => {
    const { builder, node } = context;
    const { dataType } = context.type(node.outputs[0]!);
    const number = (value: number): string => builder.number(value, dataType);
    const slope = derivative(builder, node.inputs[0]!, node.outputs[0]!, number, node);
    const value = multiply(context, firstOutputGradient(context), slope);
    context.contribute(0, { kind: 'dense', value });
  };
}

/** y = eˣ: y′ = y. */
export const exp = elementwise((_builder, _x, y) => y);

/** y = ln x: y′ = 1/x. */
export const log = elementwise((builder, x) => builder.op('Reciprocal', [x]));

/** y = √x: y′ = 1/(2y). */
export const sqrt = elementwise((builder, _x, y, number) => builder.op('Div', [number(0.5), y]));

/** y = tanh x: y′ = 1 − y². */
export const tanh = elementwise((builder, _x, y, number) => builder.op('Sub', [number(1), builder.op('Mul', [y, y])]));

/** y = erf x: dx = dy · exp(−x²) · 2/√π, the constant last, to meet those of the gelu around it. */
export const erf: GradientRule = (context) => {
  const { builder, node } = context;
  const x = node.inputs[0]!;
  const number = (value: number): string => builder.number(value, context.type(x).dataType);
  const bell = builder.op('Exp', [builder.op('Mul', [builder.op('Mul', [x, x]), number(-1)])]);
  const value = multiply(
    context,
    multiply(context, firstOutputGradient(context), bell),
    number(2 / Math.sqrt(Math.PI)),
  );
  context.contribute(0, { kind: 'dense', value });
};

/** y = 1/x: y′ = −y². */
export const reciprocal = elementwise((builder, _x, y) => builder.op('Neg', [builder.op('Mul', [y, y])]));

/** y = 1/(1 + e⁻ˣ): y′ = y·(1 − y). */
export const sigmoid = elementwise((builder, _x, y, number) =>
  builder.op('Mul', [y, builder.op('Sub', [number(1), y])]),
);

/** y = sin x: y′ = cos x. */
export const sin = elementwise((builder, x) => builder.op('Cos', [x]));

/** y = cos x: y′ = −sin x. */
export const cos = elementwise((builder, x) => builder.op('Neg', [builder.op('Sin', [x])]));
