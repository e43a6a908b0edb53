import { float32, GraphBuilder, int, tensor, type Graph } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { Session } from '../src/index.js';

const SIZE = 10_000;

/**
 * y = 2 · Dropout(x²) in training mode, its mask read by nobody. ONNX Runtime's EliminateDropout takes such a node out
 * where it stands between two others.
 */
function dropoutGraph(rate: number | 'input'): Graph {
  const b = new GraphBuilder('dropout');
  const x = b.input('x', 'float32', [SIZE]);
  const ratio = rate === 'input' ? b.input('rate', 'float32', []) : b.number(rate, 'float32');
  const training = b.constant(tensor('bool', [], Uint8Array.of(1)));
  const noisy = b.op('Dropout', [b.op('Mul', [x, x]), ratio, training], { seed: int(3) });
  b.output(b.op('Mul', [noisy, b.number(2, 'float32')]), 'float32', [SIZE], 'y');
  return b.build();
}

const ones = float32([SIZE], new Float32Array(SIZE).fill(1));

function shareOfZeros(values: ArrayLike<number | bigint>): number {
  return Array.from(values).filter((value) => value === 0).length / values.length;
}

describe('a Dropout whose mask nobody reads', () => {
  it.each(['all', 'disabled'] as const)('drops its share, and keeps the mean, at optimization %s', async (level) => {
    const session = await Session.create(dropoutGraph(0.3), { optimization: level });
    const y = (await session.run({ x: ones }))['y']!.data as Float32Array;
    await session.release();
    // Five standard deviations of a binomial share.
    expect(Math.abs(shareOfZeros(y) - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / SIZE));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(2 / Math.fround(1 - Math.fround(0.3)))]));
  });

  it('follows a rate that changes from run to run, and draws a new mask in each', async () => {
    const session = await Session.create(dropoutGraph('input'));
    const run = async (rate: number): Promise<Float32Array> =>
      (await session.run({ x: ones, rate: float32([], [rate]) }))['y']!.data as Float32Array;
    for (const rate of [0.1, 0.8]) {
      const bound = 5 * Math.sqrt((rate * (1 - rate)) / SIZE);
      expect(Math.abs(shareOfZeros(await run(rate)) - rate)).toBeLessThan(bound);
    }
    expect(await run(0.5)).not.toEqual(await run(0.5));
    expect(await run(0)).toEqual(new Float32Array(SIZE).fill(2));
    await session.release();
  });
});
