/**
 * A seeded generator of pseudo-random numbers; equal seeds give equal sequences on every platform.
 *
 * Generator: sfc32 (Doty-Humphrey, PractRand), state filled by splitmix32 from the seed. Not for cryptography.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any finite number; its 53-bit integer part is used. */
  constructor(readonly seed: number) {
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    const mix = splitmix32(low ^ Math.imul(high, 0x85ebca6b));
    this.#a = mix();
    this.#b = mix() ^ high;
    this.#c = mix();
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A uniform integer in [0, 2³²). */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A uniform number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** A uniform integer in [0, bound), bound a positive safe integer. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
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

  /** One of the items, uniformly; throws RangeError on an empty list. */
  choose<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Random.choose: expected at least one item, received none.');
    return items[this.integer(items.length)]!;
  }

  /** An independent generator for a named purpose, the same for the same seed and label however much this one was used. */
  fork(label: string): Random {
    let hash = 0x811c9dc5;
    for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
    return new Random((this.seed % 2 ** 21) * 2 ** 32 + ((hash ^ this.seed) >>> 0));
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
