import { join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import type { Architecture, Head, LanguageModel } from './architectures/architecture.js';
import { architectures } from './architectures/index.js';
import type { Checkpoint } from './checkpoint/load-checkpoint.js';

/**
 * A checkpoint with a head as a graph.
 *
 * @throws GuidedDropoutError `MODEL_ARCHITECTURE` for a `model_type` that is not supported, `MODEL_HEAD` for a head that
 * its architecture lacks or labels that are none or twice the same, `MODEL_CONFIG` and `MODEL_WEIGHTS` where configuration and tensors do not make a model.
 */
export function buildModel(checkpoint: Checkpoint, head: Head): LanguageModel {
  const { modelType, config, weights, folder } = checkpoint;
  return architectureFor(modelType, head, join(folder, 'config.json')).build(config, weights, head, folder);
}

/**
 * A model with fresh weights, to be pretrained: biases 0, scales 1, matrices and tables N(0, initializer_range²) but
 * where the architecture says otherwise (GPT-2's `c_proj`, T5).
 *
 * @param config what its config.json is to say.
 * @throws GuidedDropoutError as {@link buildModel}.
 */
export function initialiseModel(
  config: Readonly<Record<string, unknown>> & { readonly model_type: string },
  head: Head,
  seed: number,
): LanguageModel {
  return architectureFor(config.model_type, head, 'config').build(config, new Map(), head, 'new model', seed);
}

/** Callers in JavaScript may pass anything, or nothing, as a head. */
function assertHead(head: Head | undefined): void {
  if (typeof head?.type !== 'string') throw headError('an object with a type, e.g. { type: "masked-lm" }', head);
  if (head.type !== 'sequence-classification') return;
  const labels: unknown = head.labels;
  if (Array.isArray(labels) && labels.length > 0 && new Set(labels).size === labels.length) return;
  throw headError('one label or several, all different', labels);
}

function headError(expected: string, received: unknown): GuidedDropoutError {
  return new GuidedDropoutError('MODEL_HEAD', {
    where: 'the head of the model',
    expected,
    received: JSON.stringify(received) ?? 'nothing',
    fix: 'Pass one of the heads that the README lists, a classifier with its labels and a seed.',
  });
}

function architectureFor(modelType: string, head: Head, where: string): Architecture {
  assertHead(head);
  const architecture = architectures.get(modelType);
  if (architecture === undefined) {
    throw new GuidedDropoutError('MODEL_ARCHITECTURE', {
      where: `${where}, field 'model_type'`,
      expected: `one of ${[...architectures.keys()].join(', ')}`,
      received: JSON.stringify(modelType),
      fix: 'Use a checkpoint of a supported architecture.',
    });
  }
  if (!architecture.heads.includes(head.type)) {
    throw new GuidedDropoutError('MODEL_HEAD', {
      where: `${where}, model_type '${modelType}'`,
      expected: `one of its heads: ${architecture.heads.join(', ')}`,
      received: JSON.stringify(head.type),
      fix: 'Ask for one of these, or take a checkpoint of an architecture that has this head.',
    });
  }
  return architecture;
}
