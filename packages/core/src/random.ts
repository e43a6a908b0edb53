import { GuidedDropoutError } from './errors.js';

/** Rounds after which every bit of a new state has reached every other. */
const MIXING_ROUNDS = 12;

/**
 * A seeded generator of pseudo-random numbers; equal seeds give equal sequences.
 *
 * Integers and uniform numbers are the same bits on every platform; normal draws go through the engine's logarithm
 * and cosine, so they are the same in every Node and may differ in the last bit elsewhere.
 *
 * Generator: sfc32 (Doty-Humphrey, PractRand), state filled by splitmix32 from the seed. Not for cryptography.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any safe integer, negative ones too; different seeds give different generators. */
  constructor(readonly seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new GuidedDropoutError('RANDOM_SEED', {
        where: 'new Random(seed)',
        expected: 'a safe integer',
        received: String(seed),
        fix: 'Pass a whole number between -(2^53 - 1) and 2^53 - 1, e.g. 42.',
      });
    }
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    const mix = splitmix32(low ^ Math.imul(high, 0x85ebca6b));
    this.#a = mix();
    this.#b = mix() ^ high;
    this.#c = mix();
    this.#skip(MIXING_ROUNDS);
  }

  /** A uniform integer in [0, 2³²). */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A uniform number in [0, 1) with 53 random bits. */
  uniform(): number {
    return this.#uint53() / 2 ** 53;
  }

  /** A uniform integer in [0, bound), without bias; throws `RANDOM_BOUND` unless bound is a positive safe integer. */
  integer(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) {
      throw new GuidedDropoutError('RANDOM_BOUND', {
        where: 'Random.integer(bound)',
        expected: 'a positive safe integer',
        received: String(bound),
        fix: 'Pass the number of values to draw from; the largest drawn is bound - 1.',
      });
    }
    // 2^53 is no multiple of most bounds; drawing again above the last multiple keeps every value equally likely.
    const limit = 2 ** 53 - (2 ** 53 % bound);
    let draw = this.#uint53();
    while (draw >= limit) draw = this.#uint53();
    return draw % bound;
  }

  /** A draw from the normal distribution with mean 0 and standard deviation 1 (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A new array with the items in uniformly random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  /** One of the items, uniformly; throws `RANDOM_EMPTY` on an empty list. */
  choose<T>(items: readonly T[]): T {
    if (items.length === 0) {
      throw new GuidedDropoutError('RANDOM_EMPTY', {
        where: 'Random.choose(items)',
        expected: 'at least one item',
        received: 'an empty list',
        fix: 'Check that the list is not empty before drawing from it.',
      });
    }
    return items[this.integer(items.length)]!;
  }

  /**
   * An independent generator for a named purpose, the same for the same seed and label however much this one was used.
   *
   * Forks of forks depend on the whole path of labels, in order.
   */
  fork(label: string): Random {
    // The fresh generator's own state serves as the hash: it takes in one UTF-16 unit per round.
    const hash = new Random(this.seed);
    for (let i = 0; i < label.length; i++) {
      hash.#a ^= label.charCodeAt(i);
      hash.uint32();
    }
    hash.#skip(MIXING_ROUNDS);
    return new Random(hash.#uint53());
  }

  #uint53(): number {
    return (this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6);
  }

  #skip(rounds: number): void {
    for (let i = 0; i < rounds; i++) this.uint32();
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
}
