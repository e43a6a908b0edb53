import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';

/** A Hugging Face config.json. */
export interface ModelConfig {
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const CONFIG_FILE = 'config.json';
/** Such a file has a few kB; anything larger is another. */
const MAXIMUM_BYTES = 10 * 2 ** 20;

/**
 * The config.json of a model folder.
 *
 * @throws GuidedDropoutError `CHECKPOINT_MISSING`, `CHECKPOINT_CONFIG`.
 */
export async function configIn(folder: string): Promise<ModelConfig> {
  const path = join(folder, CONFIG_FILE);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw configError('CHECKPOINT_MISSING', path, 'no such file');
  const config = await readConfig(path, found.size);
  if (typeof config.fields['model_type'] === 'string') return config;
  throw configError('CHECKPOINT_CONFIG', path, "one without 'model_type'");
}

/**
 * The config.json that lies where exporters put it: beside the ONNX file, or above its folder `onnx`. Undefined where
 * there is none, or one of something else, without a `model_type`.
 *
 * @throws GuidedDropoutError `CHECKPOINT_CONFIG` for a broken one.
 */
export async function configBeside(onnx: string): Promise<ModelConfig | undefined> {
  const folder = dirname(onnx);
  for (const place of basename(folder) === 'onnx' ? [folder, dirname(folder)] : [folder]) {
    const path = join(place, CONFIG_FILE);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    const config = await readConfig(path, found.size);
    return typeof config.fields['model_type'] === 'string' ? config : undefined;
  }
  return undefined;
}

async function readConfig(path: string, size: number): Promise<ModelConfig> {
  if (size > MAXIMUM_BYTES) throw configError('CHECKPOINT_CONFIG', path, `${size} bytes`);
  const text = await readFile(path, 'utf8');
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return { path, fields: fields as Record<string, unknown> };
    }
  } catch (cause) {
    throw configError('CHECKPOINT_CONFIG', path, `text that is not JSON (${(cause as Error).message})`, cause);
  }
  throw configError('CHECKPOINT_CONFIG', path, 'another JSON value');
}

function configError(code: string, where: string, received: string, cause?: unknown): GuidedDropoutError {
  const expected = 'the configuration of the model, a JSON object with its model_type';
  const fix = 'Take config.json from the model that was exported.';
  return new GuidedDropoutError(code, { where, expected, received, fix }, { cause });
}
