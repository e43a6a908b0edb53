import { float, type NoiseEmitter } from '@guided-dropout/onnx';

/** The operator stores its seed as a 32-bit float, which holds integers below this exactly. */
export const SEED_LIMIT = 2 ** 24;

/**
 * Dropout (Srivastava et al., 2014), inverted: each element is 0 with probability `rate`, else divided by 1 − rate.
 *
 * Written with RandomUniformLike, not with ONNX's Dropout: ONNX Runtime's Dropout seeds a linear congruential generator
 * with seed, seed + 1, … from run to run, which makes an element's masks an arithmetic progression, nearly the same at
 * every site (measured: some elements dropped in every one of 600 runs, others never). RandomUniformLike draws on from
 * one sequence, which begins at the seed when a session is made.
 */
export const bernoulliNoise: NoiseEmitter = (builder, value, rate, seed) => {
  const number = (constant: number): string => builder.number(constant, 'float32');
  const uniform = builder.op('RandomUniformLike', [value], { seed: float(seed % SEED_LIMIT) });
  const dropped = builder.op('Less', [uniform, rate]);
  const scaled = builder.op('Div', [value, builder.op('Sub', [number(1), rate])]);
  return builder.op('Where', [dropped, number(0), scaled]);
};
