import { createHash } from 'node:crypto';
import { tensorBytes } from '@guided-dropout/onnx';
import type { LanguageModel } from '../architectures/architecture.js';

/**
 * SHA-256, in hex, over the names, shapes and float32 bytes of the base model's weights, in the order of their names:
 * the identity of a base model, whatever head it carries and however it is stored.
 *
 * Names are relative to the base model and as `transformers` writes them today. So a checkpoint hashes the same with
 * and without its prefix, with the old `gamma` and `beta`, in one file or in shards, in half precision or widened. The
 * pooler counts as part of the head: only sentence classification uses it, and many checkpoints come without.
 */
export function modelHash({
  graph,
  parameters,
  basePrefix,
}: Pick<LanguageModel, 'graph' | 'parameters' | 'basePrefix'>): string {
  const hash = createHash('sha256');
  const names = parameters
    .filter((name) => name.startsWith(basePrefix))
    .map((name) => name.slice(basePrefix.length))
    .filter((name) => !headNames.test(name));
  for (const name of names.toSorted()) {
    const value = graph.initializers.get(basePrefix + name)!;
    hash.update(`${name} ${value.dataType} [${value.dims.join()}]\n`);
    hash.update(tensorBytes(value));
  }
  return hash.digest('hex');
}

/** What is no part of the base model though its name has the prefix, which is empty for some. */
const headNames = /^(pooler|lm_head)\./;
