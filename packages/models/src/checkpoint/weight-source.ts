import { GuidedDropoutError } from '@guided-dropout/core';
import type { GraphBuilder, Tensor } from '@guided-dropout/onnx';
import { assertFinite } from './finite.js';
import { initialTensor, type Initialisation, type InitialValue } from './initialisation.js';

/**
 * Hands the weights of a checkpoint to a graph under construction, checking shapes, and keeps the list of parameters.
 */
export class WeightSource {
  readonly #parameters = new Set<string>();
  readonly #initialised = new Set<string>();

  constructor(
    readonly builder: GraphBuilder,
    readonly weights: ReadonlyMap<string, Tensor>,
    readonly where: string,
    readonly initialisation?: Initialisation,
  ) {}

  /** Names of the weights used so far, in the order of first use. */
  get parameters(): readonly string[] {
    return [...this.#parameters];
  }

  /** Those of them that had no value in the checkpoint. */
  get initialised(): readonly string[] {
    return [...this.#initialised];
  }

  /**
   * The weight of that name as a value of the graph; where the checkpoint has none and may do without, a new one.
   *
   * @throws GuidedDropoutError `MODEL_WEIGHTS` when it is missing, has another shape or type, or numbers that are not finite.
   */
  weight(name: string, dims: readonly number[], initial: InitialValue): string {
    const found = this.weights.get(name);
    if (found === undefined) {
      if (!this.initialisation?.mayBeMissing(name)) throw this.#error(name, dims, 'no tensor of that name');
      this.#initialised.add(name);
      return this.#add(name, initialTensor(name, dims, initial, this.initialisation));
    }
    if (found.dataType !== 'float32' || found.dims.join() !== dims.join()) {
      throw this.#error(name, dims, `${found.dataType} [${found.dims.join(', ')}]`);
    }
    if (!this.#parameters.has(name)) assertFinite(found.data as Float32Array, `${this.where}, tensor '${name}'`);
    return this.#add(name, found);
  }

  #add(name: string, value: Tensor): string {
    if (this.#parameters.has(name)) return name;
    this.#parameters.add(name);
    return this.builder.initializer(name, value);
  }

  #error(name: string, dims: readonly number[], received: string): GuidedDropoutError {
    const found = this.weights.get(name);
    const otherType = found !== undefined && found.dataType !== 'float32';
    return new GuidedDropoutError('MODEL_WEIGHTS', {
      where: `${this.where}, tensor '${name}'`,
      expected: `float32 [${dims.join(', ')}]`,
      received,
      fix: otherType
        ? 'Save the weights as float32, float16 or bfloat16.'
        : 'Check that the weights and config.json belong together, and that this checkpoint has the head asked for.',
    });
  }
}
