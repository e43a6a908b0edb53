import { float, type NoiseEmitter } from '@guided-dropout/onnx';

/**
 * Gaussian dropout (Srivastava et al., 2014; Kingma et al., 2015): y = x·ε, ε ~ N(1, α) with **variance**
 * α = rate/(1 − rate), which is what Bernoulli dropout at that rate has. At rate 0.1 the standard deviation is ⅓.
 */
export const gaussianNoise: NoiseEmitter = (builder, value, rate, seed) => {
  const one = builder.number(1, 'float32');
  const deviation = builder.op('Sqrt', [builder.op('Div', [rate, builder.op('Sub', [one, rate])])]);
  // The operator stores its seed as a 32-bit float, which holds integers below 2²⁴ exactly.
  const normal = builder.op('RandomNormalLike', [value], { seed: float(seed % 2 ** 24) });
  const noise = builder.op('Add', [builder.op('Mul', [normal, deviation]), one]);
  return builder.op('Mul', [value, noise]);
};
