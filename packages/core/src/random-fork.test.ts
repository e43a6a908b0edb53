import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from './random.js';

const sequence = (random: Random, length = 3): number[] => Array.from({ length }, () => random.uint32());

describe('fork', () => {
  it('gives the pinned sequences', () => {
    const fork = new Random(42).fork('dropout');
    expect(sequence(fork)).toEqual([127140828, 2511464282, 1308129233]);
    expect(sequence(fork.fork('ä€'))).toEqual([1662392593, 2598665277, 3273007435]);
  });

  it('neither depends on what its parent drew nor draws from it', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.nat(50), (seed, label, used) => {
        const [fresh, worn] = [new Random(seed), new Random(seed)];
        sequence(worn, used);
        expect(sequence(worn.fork(label))).toEqual(sequence(fresh.fork(label)));
        sequence(fresh, used);
        expect(sequence(worn)).toEqual(sequence(fresh));
      }),
    );
  });

  it('depends on the label and on every bit of the seed', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.string(), (seed, label, other) => {
        fc.pre(label !== other);
        expect(sequence(new Random(seed).fork(label))).not.toEqual(sequence(new Random(seed).fork(other)));
      }),
    );
    const seeds = [0, ...Array.from({ length: 53 }, (_, bit) => 2 ** bit - (bit === 52 ? 1 : 0))];
    const first = seeds.slice(1).map((seed) => new Random(seed).fork('masks').seed);
    expect(new Set(first).size).toBe(new Set(seeds.slice(1)).size);
  });

  it('depends on the whole path of labels, in order', () => {
    const paths = ['c', 'aac', 'bbc', 'aa', 'bb', 'ab', 'ba', 'a', 'b', ''];
    const seeds = paths.map((path) => [...path].reduce((random, label) => random.fork(label), new Random(7)).seed);
    expect(new Set(seeds).size).toBe(paths.length);
    expect(new Random(7).fork('ab').seed).not.toBe(new Random(7).fork('a').fork('b').seed);
  });

  it('tells 200 000 numbered labels apart', () => {
    const random = new Random(8);
    const count = 200_000;
    // 32 bits of hash would be expected to collide 4.7 times.
    expect(new Set(Array.from({ length: count }, (_, i) => random.fork(`example-${i}`).seed)).size).toBe(count);
  });

  it.each([
    ['its parent', (seed: number) => [new Random(seed), new Random(seed).fork('a')] as const],
    ['a sibling', (seed: number) => [new Random(seed).fork('a'), new Random(seed).fork('b')] as const],
    [
      'the same label of the next seed',
      (seed: number) => [new Random(seed).fork('a'), new Random(seed + 1).fork('a')] as const,
    ],
  ])('is not correlated with %s', (_, pair) => {
    // The first eight numbers of many pairs, where weak mixing would show.
    const products: number[] = [];
    for (let seed = 0; seed < 5000; seed++) {
      const [one, other] = pair(seed);
      for (let i = 0; i < 8; i++) products.push((one.uniform() - 0.5) * (other.uniform() - 0.5) * 12);
    }
    // A product of two independent centred uniforms, scaled so, has mean 0 and variance 1; four standard deviations.
    const deviations = products.reduce((total, product) => total + product, 0) / Math.sqrt(products.length);
    expect(Math.abs(deviations)).toBeLessThan(4);
  });
});
