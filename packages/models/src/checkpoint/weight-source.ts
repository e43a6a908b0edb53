import { GuidedDropoutError, Random } from '@guided-dropout/core';
import { elementCount, tensor, type GraphBuilder, type Tensor } from '@guided-dropout/onnx';

/**
 * Hands the weights of a checkpoint to a graph under construction, checking shapes, and keeps the list of parameters.
 */
export class WeightSource {
  readonly #parameters = new Set<string>();
  readonly #initialised: string[] = [];

  constructor(
    readonly builder: GraphBuilder,
    readonly weights: ReadonlyMap<string, Tensor>,
    readonly where: string,
  ) {}

  /** Names of the weights used so far, in the order of first use. */
  get parameters(): readonly string[] {
    return [...this.#parameters];
  }

  /** Those of them that had no value in the checkpoint. */
  get initialised(): readonly string[] {
    return this.#initialised;
  }

  /**
   * The weight of that name as a value of the graph.
   *
   * @throws GuidedDropoutError `MODEL_WEIGHTS` when it is missing or has another shape or type.
   */
  weight(name: string, dims: readonly number[]): string {
    const found = this.weights.get(name);
    if (found === undefined) throw this.#error(name, `float32 [${dims.join(', ')}]`, 'no tensor of that name');
    if (found.dataType !== 'float32' || found.dims.join() !== dims.join()) {
      throw this.#error(name, `float32 [${dims.join(', ')}]`, `${found.dataType} [${found.dims.join(', ')}]`);
    }
    return this.#add(name, found);
  }

  /** The weight of that name, or, where the checkpoint has none, N(0, deviation²) drawn from the seed. */
  weightOrNormal(name: string, dims: readonly number[], deviation: number, seed: number): string {
    const random = new Random(seed).fork(name);
    return this.#weightOr(name, dims, () => deviation * random.normal());
  }

  /** The weight of that name, or, where the checkpoint has none, zeros. */
  weightOrZeros(name: string, dims: readonly number[]): string {
    return this.#weightOr(name, dims, () => 0);
  }

  #weightOr(name: string, dims: readonly number[], initial: () => number): string {
    if (this.weights.has(name)) return this.weight(name, dims);
    this.#initialised.push(name);
    return this.#add(name, tensor('float32', dims, Float32Array.from({ length: elementCount(dims) }, initial)));
  }

  #add(name: string, value: Tensor): string {
    if (this.#parameters.has(name)) return name;
    this.#parameters.add(name);
    return this.builder.initializer(name, value);
  }

  #error(name: string, expected: string, received: string): GuidedDropoutError {
    return new GuidedDropoutError('MODEL_WEIGHTS', {
      where: `${this.where}, tensor '${name}'`,
      expected,
      received,
      fix: 'Check that model.safetensors and config.json belong together.',
    });
  }
}
