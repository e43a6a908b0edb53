import { float32, GraphBuilder, tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { bernoulliNoise } from '../src/index.js';

const [SIZE, RUNS, RATE] = [2048, 500, 0.1];

/** Masks (1 = dropped) of two sites in consecutive runs of one session: `masks[site][run][element]`. */
async function drawMasks(): Promise<Uint8Array[][]> {
  const b = new GraphBuilder('two sites');
  const x = b.input('x', 'float32', [SIZE]);
  const rate = b.input('rate', 'float32', []);
  const noisy = [12_345, 987_654_321].map((seed) => b.output(bernoulliNoise(b, x, rate, seed), 'float32', [SIZE]));
  const session = await Session.create(b.build());
  const feeds = {
    x: float32([SIZE], new Float32Array(SIZE).fill(1)),
    rate: tensor('float32', [], Float32Array.of(RATE)),
  };
  const masks: Uint8Array[][] = noisy.map(() => []);
  for (let run = 0; run < RUNS; run++) {
    const outputs = await session.run(feeds);
    noisy.forEach((name, site) => {
      masks[site]!.push(Uint8Array.from(outputs[name]!.data as Float32Array, (value) => (value === 0 ? 1 : 0)));
    });
  }
  await session.release();
  return masks;
}

/** Mean and variance over the elements of how often, in so many trials, an element is dropped. */
function momentsOfCounts(trials: number, dropped: (trial: number, element: number) => boolean): [number, number] {
  const counts = Array.from({ length: SIZE }, (_, element) => {
    let count = 0;
    for (let trial = 0; trial < trials; trial++) if (dropped(trial, element)) count++;
    return count;
  });
  const mean = counts.reduce((sum, count) => sum + count, 0) / SIZE;
  return [mean, counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (SIZE - 1)];
}

/** Checks counts against the binomial distribution: five standard errors of its mean and of its variance. */
function expectBinomial([mean, variance]: readonly [number, number], trials: number, probability: number): void {
  const expected = trials * probability * (1 - probability);
  expect(Math.abs(mean - trials * probability)).toBeLessThan(5 * Math.sqrt(expected / SIZE));
  // The variance of a sample variance of n nearly normal counts is 2σ⁴/n; small counts have heavier tails.
  expect(Math.abs(variance - expected)).toBeLessThan(5 * expected * Math.sqrt((2 + 1 / expected) / SIZE));
}

describe('Bernoulli masks', async () => {
  const [first, second] = (await drawMasks()) as [Uint8Array[], Uint8Array[]];

  it('drop every element equally often over the runs', () => {
    const counts = momentsOfCounts(RUNS, (run, element) => first[run]![element] === 1);
    expectBinomial(counts, RUNS, RATE);
  });

  it('of two sites are independent', () => {
    const both = (run: number, element: number): boolean => first[run]![element] === 1 && second[run]![element] === 1;
    expectBinomial(momentsOfCounts(RUNS, both), RUNS, RATE ** 2);
  });

  it('of consecutive runs are independent', () => {
    const both = (run: number, element: number): boolean =>
      first[run]![element] === 1 && first[run + 1]![element] === 1;
    // Overlapping pairs are slightly dependent: the variance of their count is larger by 2p³(1−p) a pair.
    const [mean] = momentsOfCounts(RUNS - 1, both);
    expect(Math.abs(mean - (RUNS - 1) * RATE ** 2)).toBeLessThan(5 * Math.sqrt(((RUNS - 1) * RATE ** 2 * 1.2) / SIZE));
  });

  it('of neighbouring elements are independent', () => {
    const both = (run: number, element: number): boolean =>
      first[run]![element] === 1 && first[run]![(element + 1) % SIZE] === 1;
    const [mean] = momentsOfCounts(RUNS, both);
    expect(Math.abs(mean - RUNS * RATE ** 2)).toBeLessThan(5 * Math.sqrt((RUNS * RATE ** 2 * 1.2) / SIZE));
  });
});
