import { Random } from '@guided-dropout/core';
import { float32, GraphBuilder, initializersToInputs, int, tensor } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';

const SIZE = 4000;

/** Runs y = Dropout(x, rate) and the gradient of Σ w·y by x, with x and w away from 0. */
async function run(rate: number, training: boolean): Promise<Record<'x' | 'w' | 'y' | 'gradient', number[]>> {
  const random = new Random(3);
  const values = () =>
    float32(
      [SIZE],
      Array.from({ length: SIZE }, () => 1 + random.uniform()),
    );
  const b = new GraphBuilder('dropout');
  const x = b.initializer('x', values());
  const w = b.initializer('w', values());
  const mode = b.constant(tensor('bool', [], Uint8Array.of(training ? 1 : 0)));
  const y = b.op('Dropout', [x, b.number(rate, 'float32'), mode], { seed: int(5) });
  const loss = b.op('ReduceSum', [b.op('Mul', [y, w])], { keepdims: int(0) });
  const types = await probeTypes({ ...b.build(), outputs: [{ name: loss }] });
  const gradient = differentiate(b, { loss, parameters: ['x'], types }).summed('x');
  b.output(y, 'float32', [SIZE]);
  b.output(gradient, 'float32', [SIZE]);
  const lifted = initializersToInputs(b.build(), ['x', 'w']);
  const session = await Session.create(lifted.graph);
  const outputs = await session.run(Object.fromEntries(lifted.values));
  await session.release();
  const list = (data: unknown): number[] => Array.from(data as Float32Array);
  return {
    x: list(lifted.values.get('x')!.data),
    w: list(lifted.values.get('w')!.data),
    y: list(outputs[y]!.data),
    gradient: list(outputs[gradient]!.data),
  };
}

describe('Dropout rule', () => {
  it.each([0, 0.1, 0.5, 0.9])('passes the gradient through the mask that was drawn, rate %f', async (rate) => {
    const { x, w, y, gradient } = await run(rate, true);
    for (let i = 0; i < SIZE; i++) expect(gradient[i]!).toBeCloseTo((w[i]! * y[i]!) / x[i]!, 4);
    const dropped = y.filter((value) => value === 0).length / SIZE;
    // Five standard deviations of a binomial share: a failure is not chance.
    expect(Math.abs(dropped - rate)).toBeLessThanOrEqual(5 * Math.sqrt((rate * (1 - rate)) / SIZE));
  });

  it('is the identity outside training', async () => {
    const { x, w, y, gradient } = await run(0.5, false);
    expect(y).toEqual(x);
    expect(gradient).toEqual(w);
  });
});
