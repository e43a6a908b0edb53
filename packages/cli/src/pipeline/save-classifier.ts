import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configStoredAs, encodeSafetensors, writeFolderAtomically } from '@guided-dropout/models';
import { encodeModel, modelOf } from '@guided-dropout/onnx';
import { withWeights } from '@guided-dropout/trainer';
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
  await writeFolderAtomically(
    folder,
    async (temporary) => {
      // Trained in float32, whatever they were stored in before.
      const config = configStoredAs(model.config, 'float32');
      await writeFile(join(temporary, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
      await writeFile(join(temporary, 'model.safetensors'), encodeSafetensors(weights, { format: 'pt' }));
      // Not copyFile, which would keep a read-only mode.
      await writeFile(join(temporary, 'tokenizer.json'), await readFile(join(tokenizerFolder, 'tokenizer.json')));
      await writeFile(
        join(temporary, 'tokenizer_config.json'),
        withMaxLength(
          await readFile(join(tokenizerFolder, 'tokenizer_config.json'), 'utf8'),
          options.maxLength ?? model.maxLength,
        ),
      );
      await mkdir(join(temporary, 'onnx'));
      await writeFile(join(temporary, 'onnx', 'model.onnx'), encodeModel(modelOf(withWeights(model.graph, weights))));
    },
    options,
  );
}

/** A tokenizer_config.json that states no more than `maxLength` tokens, to which pipelines cut texts. */
function withMaxLength(json: string, maxLength: number): string {
  const config = JSON.parse(json) as Readonly<Record<string, unknown>>;
  if (Number(config['model_max_length']) <= maxLength) return json;
  return `${JSON.stringify({ ...config, model_max_length: maxLength }, undefined, 2)}\n`;
}
