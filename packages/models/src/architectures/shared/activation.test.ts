import { float32, GraphBuilder } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { expect, test } from 'vitest';
import { activations, type ActivationName } from './activation.js';

/** At −2, −0.5, 0, 1 and 3, from Python's `math.erfc`, `math.tanh` and `max` in float64. */
const values: Record<ActivationName, readonly number[]> = {
  gelu: [-0.04550026389635842, -0.15426876936299344, 0, 0.8413447460685429, 2.99595030590511],
  gelu_new: [-0.04540230591222493, -0.15428599017485606, 0, 0.8411919906082768, 2.996362607918227],
  relu: [0, 0, 0, 1, 3],
};

test.each(Object.keys(values) as ActivationName[])('%s', async (name) => {
  const builder = new GraphBuilder(name);
  builder.output(activations[name](builder, builder.input('x', 'float32', ['n'])), 'float32', ['n'], 'y');
  const session = await Session.create(builder.build());
  const { y } = await session.run({ x: float32([5], [-2, -0.5, 0, 1, 3]) });
  await session.release();
  // Half a unit in the last place of values up to 4 is 1.2e-7, and 1 + erf loses some of them in the tail.
  values[name].forEach((value, i) => expect(Math.abs(Number(y!.data[i]) - value)).toBeLessThan(5e-7));
});
