import { int, tensor, type NoiseEmitter } from '@guided-dropout/onnx';

/**
 * Dropout (Srivastava et al., 2014), inverted: each element is 0 with probability `rate`, else divided by 1 − rate.
 *
 * The generator of a node starts from its seed when a session is made and moves on from run to run.
 */
export const bernoulliNoise: NoiseEmitter = (builder, value, rate, seed) => {
  const training = builder.constant(tensor('bool', [], Uint8Array.of(1)));
  return builder.op('Dropout', [value, rate, training], { seed: int(seed) });
};
