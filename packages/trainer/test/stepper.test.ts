import { float32, GraphBuilder, int, type Graph } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { defaultAdamW, Stepper } from '../src/index.js';

/** loss = Σ w·x. */
function product(): Graph {
  const b = new GraphBuilder('product');
  const x = b.input('x', 'float32', [2]);
  const terms = b.op('Mul', [x, b.initializer('w', float32([2], [1, 1]))]);
  b.output(b.op('ReduceSum', [terms], { keepdims: int(0) }), 'float32', [], 'loss');
  return b.build();
}

describe('a step that is not finite', () => {
  it('is reported and leaves weights and moments as they were', async () => {
    const options = { graph: product(), parameters: ['w'], optimizer: defaultAdamW };
    const [disturbed, calm] = [await Stepper.create(options), await Stepper.create(options)];
    const good = { x: float32([2], [3, -4]) };
    for (const stepper of [disturbed, calm]) await stepper.run(good, 0.1);
    expect(disturbed.weights().get('w')!.data[0]).toBeCloseTo(0.9, 5);
    expect(await disturbed.run({ x: float32([2], [Number.NaN, 1]) }, 0.1)).toMatchObject({ loss: Number.NaN });
    expect(disturbed.weights()).toEqual(calm.weights());
    // The moments, too: the next good steps agree.
    await disturbed.run(good, 0.1);
    await calm.run(good, 0.1);
    expect(disturbed.step).toBe(calm.step);
    expect(disturbed.weights()).toEqual(calm.weights());
    await disturbed.release();
    await calm.release();
  });
});
