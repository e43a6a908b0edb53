import { dirname } from 'node:path';
import type { Checkpoint } from '../checkpoint/load-checkpoint.js';
import { assertConfigOption } from './import-options.js';
import { importGraph, type ImportOptions } from './import-graph.js';

/**
 * The weights of an inference export as a checkpoint, from which `buildModel` makes the same graph, with any head, as
 * from the folder that was exported.
 *
 * @param source path of the ONNX file, or its bytes.
 * @param options.config what config.json says.
 * @throws GuidedDropoutError as `fromOnnx` without a configuration. Whether the weights are those of the architecture
 * is for `buildModel` to check.
 *
 * @example
 * const checkpoint = await checkpointFromOnnx('onnx/model.onnx', { config });
 * const model = buildModel(checkpoint, { type: 'sequence-classification', labels: ['no', 'yes'], seed: 1 });
 */
export async function checkpointFromOnnx(
  source: string | Uint8Array,
  options: ImportOptions & { readonly config: Readonly<Record<string, unknown>> },
): Promise<Checkpoint> {
  const { config } = options;
  assertConfigOption(config);
  const { found, storedType } = await importGraph(source, options, { untied: config['tie_word_embeddings'] === false });
  return {
    folder: typeof source === 'string' ? dirname(source) : 'ONNX model',
    modelType: String(config['model_type']),
    config,
    weights: new Map(Array.from(found.values(), ({ name, value }) => [name, value])),
    storedType,
  };
}
