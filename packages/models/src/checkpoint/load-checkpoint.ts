import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import type { Tensor } from '@guided-dropout/onnx';
import { assertFile, assertFolder } from './checkpoint-error.js';
import { CONFIG_FILE } from './model-files.js';
import { readWeights } from './read-weights.js';
import { storedTypeOf, type StoredType } from './stored-type.js';
import { weightFiles } from './weight-files.js';

/** A Hugging Face checkpoint folder, read and checked. */
export interface Checkpoint {
  readonly folder: string;
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** Contents of config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Tensors by name; those stored as float16 or bfloat16 are float32 here, exactly. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The type that holds all weights exactly; `weightsStoredAs` saves them in it. */
  readonly storedType: StoredType;
}

/** config.json is small; anything larger is not one. */
const MAXIMUM_CONFIG_BYTES = 10 * 2 ** 20;

/**
 * Reads `config.json` and the weights of a folder, in one safetensors file or in shards.
 *
 * @throws GuidedDropoutError `CHECKPOINT_MISSING`, `CHECKPOINT_CONFIG`, `CHECKPOINT_INDEX` (shards that are not what
 * the index says), `CHECKPOINT_PICKLE` (weights as a pickle only) or `SAFETENSORS_*`.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const root = resolve(folder);
  await assertFolder(root);
  const config = await readConfig(join(root, CONFIG_FILE));
  const modelType = config['model_type'];
  if (typeof modelType !== 'string') {
    throw new GuidedDropoutError('CHECKPOINT_CONFIG', {
      where: `${join(root, CONFIG_FILE)}, field 'model_type'`,
      expected: 'a string such as "bert"',
      received: JSON.stringify(modelType) ?? 'nothing',
      fix: 'Take config.json from the same checkpoint as the weights.',
    });
  }
  const { weights, dataTypes } = await readWeights(await weightFiles(root));
  return { folder: root, modelType, config, weights, storedType: storedTypeOf(dataTypes) };
}

/** `models--org--name/snapshots/<commit>`: where a Hugging Face cache keeps a model. */
const snapshotFolder = /[/\\]models--([^/\\]+)[/\\]snapshots[/\\][0-9a-f]{40}$/;

/** A short name for a checkpoint in messages and artifacts: its folder's own name, or its id where it is in the cache. */
export function checkpointName(checkpoint: Checkpoint): string {
  const cached = snapshotFolder.exec(checkpoint.folder)?.[1];
  return cached?.replace('--', '/') ?? basename(checkpoint.folder);
}

async function readConfig(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { size } = await assertFile(path, 'the model configuration');
  const fail = (received: string, cause?: unknown): GuidedDropoutError =>
    new GuidedDropoutError(
      'CHECKPOINT_CONFIG',
      { where: path, expected: 'a JSON object', received, fix: 'Take config.json from the checkpoint again.' },
      { cause },
    );
  if (size > MAXIMUM_CONFIG_BYTES) throw fail(`a file of ${size} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw fail(`text that is not JSON (${(error as Error).message})`, error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw fail('another JSON value');
  return parsed as Record<string, unknown>;
}
