import type { GraphBuilder } from '@guided-dropout/onnx';
import type { ConfigReader } from '../../checkpoint/config-reader.js';

/** Emits a function of every element. */
export type Activation = (builder: GraphBuilder, x: string) => string;

/** Activation functions by the names that config.json uses. */
export const activations = { gelu: emitGelu, gelu_new: emitGeluNew, relu: emitRelu } as const;

/** The name of a supported activation. */
export type ActivationName = keyof typeof activations;

/**
 * The activation that a field names, or the default where it is missing or null.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` for one that is not supported.
 */
export function readActivation(
  config: ConfigReader,
  field: string,
  otherwise: ActivationName = 'gelu',
): ActivationName {
  return config.oneOf(field, Object.keys(activations) as ActivationName[], otherwise);
}

/** gelu(x) = x·Φ(x) with the exact normal distribution function (Hendrycks & Gimpel, 2016). */
export function emitGelu(builder: GraphBuilder, x: string): string {
  const erf = builder.op('Erf', [builder.op('Mul', [x, builder.number(Math.SQRT1_2, 'float32')])]);
  return emitTimesHalfOfOnePlus(builder, x, erf);
}

/** gelu_new(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the approximation of the same authors. */
export function emitGeluNew(builder: GraphBuilder, x: string): string {
  const cube = builder.op('Mul', [builder.op('Mul', [x, x]), x]);
  const inner = builder.op('Add', [x, builder.op('Mul', [cube, builder.number(0.044715, 'float32')])]);
  const tanh = builder.op('Tanh', [builder.op('Mul', [inner, builder.number(Math.sqrt(2 / Math.PI), 'float32')])]);
  return emitTimesHalfOfOnePlus(builder, x, tanh);
}

/** relu(x) = max(x, 0). */
export function emitRelu(builder: GraphBuilder, x: string): string {
  return builder.op('Relu', [x]);
}

/** tanh(x), what poolers end with. */
export function emitTanh(builder: GraphBuilder, x: string): string {
  return builder.op('Tanh', [x]);
}

/** x·½(1 + y). The order is the one that ONNX Runtime fuses into one operator. */
function emitTimesHalfOfOnePlus(builder: GraphBuilder, x: string, y: string): string {
  const half = builder.op('Mul', [
    builder.op('Add', [y, builder.number(1, 'float32')]),
    builder.number(0.5, 'float32'),
  ]);
  return builder.op('Mul', [x, half]);
}
