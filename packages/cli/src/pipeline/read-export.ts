import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { fromOnnx, loadCheckpoint, type ImportOptions, type LanguageModel } from '@guided-dropout/models';
import type { Graph } from '@guided-dropout/onnx';
import type { ModelConfig } from './model-config.js';

/** An ONNX export, read to find its dropout sites. */
export interface ModelExport {
  /** At opset 18, with parameters under their Hugging Face names as far as these are told. */
  readonly graph: Graph;
  /** What the architecture makes of it; undefined without a configuration, and for exports without a known head. */
  readonly model: LanguageModel | undefined;
  /** The files beside it that hold its weights. */
  readonly dataFiles: readonly string[];
}

/** Codes of what a model with a head is refused for, and a graph alone is not: no head, other inputs, no such output. */
const HEADLESS: ReadonlySet<string> = new Set(['MODEL_HEAD', 'IMPORT_OUTPUTS', 'IMPORT_INPUTS']);

/**
 * Reads an export of a model of a known architecture, or without `config` any export; there names are kept as they are.
 *
 * Names that the exporter lost are recognised by the weights of the folder that config.json is in, if it has any.
 *
 * @throws GuidedDropoutError as `fromOnnx` and `loadCheckpoint`.
 */
export async function readExport(path: string, config: ModelConfig | undefined): Promise<ModelExport> {
  const dataFiles = new Set<string>();
  const externalData = (location: string): Uint8Array => {
    const file = join(dirname(path), location);
    dataFiles.add(file);
    return readFileSync(file);
  };
  const described = (graph: Graph, model?: LanguageModel): ModelExport => {
    return { graph, model, dataFiles: [...dataFiles] };
  };
  if (config === undefined) return described((await fromOnnx(path, { externalData, names: 'keep' })).graph);
  const { fields } = config;
  const read = async (options: ImportOptions): Promise<ModelExport> => {
    try {
      const model = await fromOnnx(path, { ...options, config: fields });
      return described(model.graph, model);
    } catch (error) {
      if (!(error instanceof GuidedDropoutError) || !HEADLESS.has(error.code)) throw error;
      return described((await fromOnnx(path, options)).graph);
    }
  };
  try {
    return await read({ externalData });
  } catch (error) {
    if (!(error instanceof GuidedDropoutError) || error.code !== 'IMPORT_NAMES') throw error;
    return read({ externalData, checkpoint: await checkpointFor(dirname(config.path), error) });
  }
}

async function checkpointFor(folder: string, failure: GuidedDropoutError): Promise<{ weights: LanguageWeights }> {
  return loadCheckpoint(folder).catch((error: unknown) => {
    if (!(error instanceof GuidedDropoutError) || error.code !== 'CHECKPOINT_MISSING') throw error;
    const fix = 'Pass --model <folder> with the weights that were exported, or export with do_constant_folding=False.';
    throw new GuidedDropoutError(failure.code, { ...failure.report, fix }, { cause: failure });
  });
}

type LanguageWeights = Awaited<ReturnType<typeof loadCheckpoint>>['weights'];
