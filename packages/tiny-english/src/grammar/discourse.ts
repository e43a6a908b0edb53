import type { Random } from '@guided-dropout/core';
import type { Scene } from '../lexicon/features.js';

/** How often a scene's word comes from the sentence's circle rather than from the whole scene. */
const CIRCLE_SHARE = 0.85;

/** What one sentence's phrases share: the random numbers, the scene, and the nouns and names already used. */
export class Discourse {
  readonly #used = new Set<unknown>();

  /** Which of a scene's close circles the sentence is about: an index into its lists. */
  readonly #circle: number;

  constructor(
    readonly random: Random,
    readonly scene: Scene,
  ) {
    this.#circle = random.integer(2);
  }

  chance(probability: number): boolean {
    return this.random.uniform() < probability;
  }

  /** One of the candidates, by weight. */
  weighted<T>(candidates: readonly (readonly [weight: number, candidate: T])[]): T {
    const total = candidates.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.random.uniform() * total;
    for (const [weight, candidate] of candidates) {
      left -= weight;
      if (left < 0) return candidate;
    }
    return this.random.choose(candidates)[1];
  }

  /** One of a list of the scene's, most often the one of this sentence's circle. */
  favour<T>(ofScene: readonly T[]): T {
    return this.chance(CIRCLE_SHARE) ? ofScene[this.#circle]! : this.random.choose(ofScene);
  }

  /** A candidate this sentence has not mentioned, while there is one; now it has. */
  mention<T>(candidates: readonly T[]): T {
    const unused = candidates.filter((candidate) => !this.#used.has(candidate));
    return this.#use(this.random.choose(unused.length > 0 ? unused : candidates));
  }

  /** {@link favour} and {@link mention} at once. */
  mentionOfScene<T>(ofScene: readonly T[]): T {
    const favoured = this.favour(ofScene);
    return this.#used.has(favoured) ? this.mention(ofScene) : this.#use(favoured);
  }

  #use<T>(chosen: T): T {
    this.#used.add(chosen);
    return chosen;
  }
}
