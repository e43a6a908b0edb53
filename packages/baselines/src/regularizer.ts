import type { TrainingCallback } from '@guided-dropout/core';
import type { NoiseEmitter } from '@guided-dropout/onnx';

/**
 * A way of applying dropout that a trainer takes as a callback: it sets the rates of the base model's sites when
 * training begins, and says which noise the graph is to be patched with.
 */
export interface DropoutRegularizer extends TrainingCallback {
  readonly name: string;
  /** The noise at the sites of the base model; Bernoulli dropout when undefined. */
  readonly noise?: NoiseEmitter | undefined;
}
