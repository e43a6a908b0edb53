import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import type { Tensor } from '@guided-dropout/onnx';
import { readSafetensors } from '../safetensors/index.js';

/** A Hugging Face checkpoint folder, read and checked. */
export interface Checkpoint {
  readonly folder: string;
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** Contents of config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Tensors of model.safetensors by name. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** config.json is small; anything larger is not one. */
const MAXIMUM_CONFIG_BYTES = 10 * 2 ** 20;

/**
 * Reads `config.json` and `model.safetensors` of a folder.
 *
 * @throws GuidedDropoutError `CHECKPOINT_MISSING`, `CHECKPOINT_CONFIG` or `SAFETENSORS_*`.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const root = resolve(folder);
  await assertFolder(root);
  const config = await readConfig(join(root, 'config.json'));
  const modelType = config['model_type'];
  if (typeof modelType !== 'string') {
    throw new GuidedDropoutError('CHECKPOINT_CONFIG', {
      where: `${join(root, 'config.json')}, field 'model_type'`,
      expected: 'a string such as "bert"',
      received: JSON.stringify(modelType) ?? 'nothing',
      fix: 'Take config.json from the same checkpoint as the weights.',
    });
  }
  const path = join(root, 'model.safetensors');
  await assertFile(path, 'the weights, as safetensors in one file');
  const file = await readSafetensors(path);
  return { folder: root, modelType, config, weights: new Map(file.names.map((name) => [name, file.tensor(name)])) };
}

/** A short name for a checkpoint in messages and artifacts: its folder's own name. */
export function checkpointName(checkpoint: Checkpoint): string {
  return basename(checkpoint.folder);
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

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new GuidedDropoutError('CHECKPOINT_MISSING', {
    where: path,
    expected: 'a model folder with config.json, model.safetensors and tokenizer.json',
    received: found ? 'a file' : 'nothing there',
    fix: 'Pass the path of a downloaded Hugging Face checkpoint.',
  });
}

async function assertFile(path: string, what: string): Promise<{ readonly size: number }> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return found;
  throw new GuidedDropoutError('CHECKPOINT_MISSING', {
    where: path,
    expected: what,
    received: found ? 'something that is not a file' : 'no such file',
    fix: `Put ${basename(path)} into the model folder.`,
  });
}
