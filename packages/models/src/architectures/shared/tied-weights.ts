import { GuidedDropoutError } from '@guided-dropout/core';
import type { Tensor } from '@guided-dropout/onnx';
import { sameTensor } from '../../checkpoint/same-tensor.js';

/** Names of one tensor; the model keeps it under the first, checkpoints under any of them or several. */
export type Tie = readonly [name: string, ...twins: string[]];

/**
 * A checkpoint's tensors with each tied one once, under the first of its names.
 *
 * @throws GuidedDropoutError `MODEL_WEIGHTS` where a tensor is stored under several names with different values.
 */
export function withoutTwins(
  weights: ReadonlyMap<string, Tensor>,
  ties: readonly Tie[],
  where: string,
): ReadonlyMap<string, Tensor> {
  const kept = new Map(weights);
  for (const [name, ...twins] of ties) {
    for (const twin of twins) {
      const value = kept.get(twin);
      if (value === undefined) continue;
      const first = kept.get(name) ?? value;
      if (!sameTensor(first, value)) throw differ(where, name, twin);
      kept.set(name, first);
      kept.delete(twin);
    }
  }
  return kept;
}

function differ(where: string, name: string, twin: string): GuidedDropoutError {
  return new GuidedDropoutError('MODEL_WEIGHTS', {
    where: `${where}, tensor '${twin}'`,
    expected: `the shape and values of '${name}', to which the configuration ties it`,
    received: 'others',
    fix: 'If the model was trained with two tensors, set "tie_word_embeddings" to false in config.json; else take model.safetensors again.',
  });
}
