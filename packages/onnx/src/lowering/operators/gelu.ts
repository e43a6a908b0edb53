import { readFloat } from '../../attributes.js';
import { requiredInput, type Lowering, type LoweringContext } from '../lowering.js';

/** gelu(x) = x·Φ(x), Φ the normal distribution function (Hendrycks & Gimpel, 2016). */
function emitGelu(context: LoweringContext, x: string): string {
  const { builder } = context;
  const erf = builder.op('Erf', [builder.op('Mul', [x, context.number(Math.SQRT1_2, x)])]);
  const phi = builder.op('Mul', [builder.op('Add', [erf, context.number(1, x)]), context.number(0.5, x)]);
  return builder.op('Mul', [x, phi]);
}

/** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the polynomial as x·(c₀ + c₁·x²). */
function emitTanhGelu(context: LoweringContext, x: string): string {
  const { builder } = context;
  const outer = Math.sqrt(2 / Math.PI);
  const square = builder.op('Mul', [builder.op('Mul', [x, x]), context.number(0.044715 * outer, x)]);
  const inner = builder.op('Mul', [x, builder.op('Add', [square, context.number(outer, x)])]);
  const raised = builder.op('Add', [builder.op('Tanh', [inner]), context.number(1, x)]);
  return builder.op('Mul', [x, builder.op('Mul', [raised, context.number(0.5, x)])]);
}

/** x with the optional bias of input 1 added. */
function biased(context: LoweringContext): string {
  const x = requiredInput(context, 0);
  const bias = context.input(1);
  return bias === undefined ? x : context.builder.op('Add', [x, bias]);
}

/** Gelu of opset 20, `approximate` 'none' or 'tanh'. */
export const gelu: Lowering = (context) => {
  const x = requiredInput(context, 0);
  const approximate = context.node.attributes['approximate'];
  const form = approximate?.type === 'string' ? approximate.value : 'none';
  if (form === 'none') return [emitGelu(context, x)];
  if (form === 'tanh') return [emitTanhGelu(context, x)];
  throw context.refuse({
    expected: "approximate 'none' or 'tanh'",
    received: `'${form}'`,
    fix: 'Check the program that wrote the model.',
  });
};

/** com.microsoft Gelu and BiasGelu (whose bias is input 1): the exact form. */
export const contribGelu: Lowering = (context) => [emitGelu(context, biased(context))];

/** com.microsoft FastGelu, with an optional bias: the tanh form. */
export const fastGelu: Lowering = (context) => [emitTanhGelu(context, biased(context))];

/** com.microsoft QuickGelu: x·σ(α·x). */
export const quickGelu: Lowering = (context) => {
  const x = requiredInput(context, 0);
  const alpha = readFloat(context.node, 'alpha', 1.702);
  const scaled = alpha === 1 ? x : context.builder.op('Mul', [x, context.number(alpha, x)]);
  return [context.builder.op('Mul', [x, context.builder.op('Sigmoid', [scaled])])];
};
