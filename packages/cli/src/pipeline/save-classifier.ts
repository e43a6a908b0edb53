import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveModel } from '@guided-dropout/models';
import type { FinetuneResult } from './finetune-classifier.js';

/**
 * Writes a classifier as a Hugging Face folder: config.json, model.safetensors, the tokenizer of the checkpoint it
 * came from, and onnx/model.onnx. The folder appears when it is complete.
 *
 * @param tokenizerFolder where tokenizer.json and tokenizer_config.json are copied from.
 * @param options.maxLength what training cut inputs to; stated in tokenizer_config.json, so that pipelines do the same.
 * The model's longest input by default.
 * @param options.replace whether a folder that is there may be replaced.
 * @throws GuidedDropoutError `OUTPUT_*` when it cannot be written, or exists and `replace` is not set.
 */
export async function saveClassifier(
  folder: string,
  { model, weights }: Pick<FinetuneResult, 'model' | 'weights'>,
  tokenizerFolder: string,
  options: { readonly replace?: boolean; readonly maxLength?: number } = {},
): Promise<void> {
  const tokenizerConfig = await readFile(join(tokenizerFolder, 'tokenizer_config.json'), 'utf8');
  const files = new Map<string, string | Uint8Array>([
    ['tokenizer.json', await readFile(join(tokenizerFolder, 'tokenizer.json'))],
    ['tokenizer_config.json', withMaxLength(tokenizerConfig, options.maxLength ?? model.maxLength)],
  ]);
  await saveModel(folder, model, weights, {
    files,
    ...(options.replace !== undefined && { replace: options.replace }),
  });
}

/** A tokenizer_config.json that states no more than `maxLength` tokens, to which pipelines cut texts. */
function withMaxLength(json: string, maxLength: number): string {
  const config = JSON.parse(json) as Readonly<Record<string, unknown>>;
  if (Number(config['model_max_length']) <= maxLength) return json;
  return `${JSON.stringify({ ...config, model_max_length: maxLength }, undefined, 2)}\n`;
}
