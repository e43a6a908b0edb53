import type { GraphBuilder } from '@guided-dropout/onnx';
import { firstOutputGradient, type GradientRule } from '../rule.js';

/** The rule of y = f(x), element by element: dx = dy · derivative(x, y). */
function elementwise(
  derivative: (builder: GraphBuilder, x: string, y: string, number: (value: number) => string) => string,
): GradientRule {
  return (context) => {
    const { builder, node } = context;
    const { dataType } = context.type(node.outputs[0]!);
    const slope = derivative(builder, node.inputs[0]!, node.outputs[0]!, (value) => builder.number(value, dataType));
    const value = builder.op('Mul', [firstOutputGradient(context), slope]);
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

/** y = erf x: y′ = 2/√π · exp(−x²). */
export const erf = elementwise((builder, x, _y, number) => {
  const bell = builder.op('Exp', [builder.op('Neg', [builder.op('Mul', [x, x])])]);
  return builder.op('Mul', [bell, number(2 / Math.sqrt(Math.PI))]);
});

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
