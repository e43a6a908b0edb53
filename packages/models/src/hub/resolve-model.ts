import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { assertFile, assertFolder } from '../checkpoint/checkpoint-error.js';
import { CONFIG_FILE } from '../checkpoint/model-files.js';
import { weightFiles } from '../checkpoint/weight-files.js';
import type { DownloadProgress } from './download-file.js';
import { downloadModel } from './download-model.js';
import { HubCache } from './hub-cache.js';
import { hubError } from './hub-error.js';
import { hubSource, isOffline, type HubSettings } from './hub-source.js';
import { parseModelId, type ModelId } from './model-id.js';

/** Options of {@link resolveModel}; what they leave open, the usual environment variables say. */
export interface ResolveModelOptions extends HubSettings {
  /** Called while a file is downloaded, from its first bytes to its last. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/**
 * The folder of a model: the path of one that exists, or the place in the Hugging Face cache of one on the hub, whose
 * configuration, safetensors and tokenizer are downloaded where the cache lacks them.
 *
 * @param model a folder; or `name`, `organisation/name`, or either with `@revision`. A folder that exists goes first.
 * @example await loadCheckpoint(await resolveModel('google-bert/bert-base-uncased'))
 * @throws GuidedDropoutError `CHECKPOINT_MISSING` for a path with nothing there; `HUB_OFFLINE`, `HUB_UNREACHABLE`,
 * `HUB_NOT_FOUND`, `HUB_ACCESS`, `HUB_DOWNLOAD`, `HUB_FILES`, `HUB_TOKEN`; `CHECKPOINT_PICKLE`, `CHECKPOINT_INDEX`;
 * `OUTPUT_WRITE` when the cache cannot be written.
 */
export async function resolveModel(model: string, options: ResolveModelOptions = {}): Promise<string> {
  const id = parseModelId(model);
  if (id === undefined || (await isThere(model))) {
    await assertFolder(model);
    return resolve(model);
  }
  const { getHFHubCachePath } = await import('@huggingface/hub');
  const cache = new HubCache(options.cacheFolder ?? getHFHubCachePath(), id.name);
  if (isOffline(options)) {
    const { folder, lacking } = await cached(cache, id);
    if (lacking === undefined) return folder;
    throw offlineError(id, folder, lacking);
  }
  try {
    return await downloadModel(hubSource(id, options), cache, options.onProgress);
  } catch (error) {
    // What was downloaded before will do, as in the other libraries that share the cache.
    if (!(error instanceof GuidedDropoutError) || error.code !== 'HUB_UNREACHABLE') throw error;
    const { folder, lacking } = await cached(cache, id);
    if (lacking === undefined) return folder;
    throw error;
  }
}

/** Where the cache has a model, and what it lacks to be read. */
async function cached(
  cache: HubCache,
  { revision }: ModelId,
): Promise<{ readonly folder: string; readonly lacking?: string }> {
  const folder = cache.snapshot((await cache.commitOf(revision)) ?? revision);
  try {
    await assertFile(join(folder, CONFIG_FILE), 'the model configuration');
    await weightFiles(folder);
    return { folder };
  } catch (error) {
    // Anything else is wrong with the model itself, and is told when it is loaded.
    if (!(error instanceof GuidedDropoutError) || error.code !== 'CHECKPOINT_MISSING') return { folder };
    return { folder, lacking: basename(error.report.where) };
  }
}

function offlineError({ name, revision }: ModelId, folder: string, lacking: string): GuidedDropoutError {
  const expected = `a folder of that name, or revision '${revision}' in the cache, as the hub may not be asked`;
  const fix = 'Run once without HF_HUB_OFFLINE, or pass the folder of a downloaded checkpoint.';
  return hubError('HUB_OFFLINE', `model '${name}'`, expected, `no ${lacking} in ${folder}`, fix);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
