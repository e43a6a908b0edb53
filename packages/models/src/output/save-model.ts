import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { encodeModel, inputsToInitializers, modelOf, type Tensor } from '@guided-dropout/onnx';
import type { LanguageModel } from '../architectures/architecture.js';
import { configStoredAs, weightsStoredAs, type StoredType } from '../checkpoint/stored-type.js';
import { encodeSafetensors } from '../safetensors/index.js';
import { writeFolderAtomically } from './atomic-output.js';

/** How a model is saved. */
export interface SaveModelOptions {
  /** Whether a model folder that is there may be replaced. */
  readonly replace?: boolean;
  /** The type of the weights in model.safetensors; float32 unless given. The ONNX model has float32 weights always. */
  readonly storedType?: StoredType;
  /** Further files of the folder by name, the tokenizer's for example. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>;
}

/**
 * Writes a model as a Hugging Face folder that transformers and transformers.js load: config.json, model.safetensors with
 * the parameters under their Hugging Face names, onnx/model.onnx. The folder appears when it is complete.
 *
 * @param weights values of the model's parameters, trained ones for example.
 * @throws GuidedDropoutError `OUTPUT_*` when it cannot be written, or exists and `replace` is not set, or a file's name is a path; `CHECKPOINT_TYPE`
 * for weights that overflow the stored type; `GRAPH_INITIALIZER` for a weight the graph does not have.
 */
export async function saveModel(
  folder: string,
  { config, graph }: Pick<LanguageModel, 'config' | 'graph'>,
  weights: ReadonlyMap<string, Tensor>,
  options: SaveModelOptions = {},
): Promise<void> {
  const { storedType = 'float32', files = new Map<string, string | Uint8Array>() } = options;
  const onnx = inputsToInitializers(graph, weights);
  const stored = weightsStoredAs(weights, storedType);
  for (const name of files.keys())
    if (basename(name) !== name || name === '' || name === '.' || name === '..') throw noPlainName(folder, name);
  await writeFolderAtomically(
    folder,
    async (temporary) => {
      const fields = configStoredAs(config, storedType);
      await writeFile(join(temporary, 'config.json'), `${JSON.stringify(fields, undefined, 2)}\n`);
      await writeFile(join(temporary, 'model.safetensors'), encodeSafetensors(stored, { format: 'pt' }));
      for (const [name, content] of files) await writeFile(join(temporary, name), content);
      await mkdir(join(temporary, 'onnx'));
      await writeFile(join(temporary, 'onnx', 'model.onnx'), encodeModel(modelOf(onnx)));
    },
    options,
  );
}

function noPlainName(folder: string, name: string): GuidedDropoutError {
  return new GuidedDropoutError('OUTPUT_NAME', {
    where: `saveModel(${folder}), files`,
    expected: 'plain names of files in the folder',
    received: JSON.stringify(name),
    fix: 'Leave out the path.',
  });
}
