import { join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import type { Architecture, Head, LanguageModel } from './architectures/architecture.js';
import { bert } from './architectures/bert/index.js';
import type { Checkpoint } from './checkpoint/load-checkpoint.js';

const architectures: ReadonlyMap<string, Architecture> = new Map([bert].map((one) => [one.modelType, one]));

/**
 * A checkpoint with a head as a graph.
 *
 * @throws GuidedDropoutError `MODEL_ARCHITECTURE` for a `model_type` that is not supported, `MODEL_CONFIG` and
 * `MODEL_WEIGHTS` where configuration and tensors do not make a model.
 */
export function buildModel(checkpoint: Checkpoint, head: Head): LanguageModel {
  const architecture = architectures.get(checkpoint.modelType);
  if (architecture === undefined) {
    throw new GuidedDropoutError('MODEL_ARCHITECTURE', {
      where: `${join(checkpoint.folder, 'config.json')}, field 'model_type'`,
      expected: `one of ${[...architectures.keys()].join(', ')}`,
      received: JSON.stringify(checkpoint.modelType),
      fix: 'Use a checkpoint of a supported architecture.',
    });
  }
  return architecture.build(checkpoint.config, checkpoint.weights, head, checkpoint.folder);
}
