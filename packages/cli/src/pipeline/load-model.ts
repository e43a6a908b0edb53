import type { ProgressListener } from '@guided-dropout/core';
import { loadCheckpoint, resolveModel, type Checkpoint, type DownloadProgress } from '@guided-dropout/models';

/** Files below this size are there before a bar could be seen, bytes. */
const SHOWN_FROM = 5e6;

/**
 * Loads a checkpoint from a folder, or from the Hugging Face hub where there is no such folder; what has to be
 * downloaded shows a bar per large file, in megabytes.
 *
 * @param bar makes the bar of one file.
 * @throws GuidedDropoutError as `resolveModel` and `loadCheckpoint` do.
 */
export async function loadModel(model: string, bar: (label: string) => ProgressListener): Promise<Checkpoint> {
  return loadCheckpoint(await modelFolder(model, bar));
}

/** The folder of a model, as {@link loadModel} finds it. @throws GuidedDropoutError as `resolveModel` does. */
export async function modelFolder(model: string, bar: (label: string) => ProgressListener): Promise<string> {
  return resolveModel(model, { onProgress: downloadBars(bar) });
}

/** Shows the downloads of files, one after the other, as bars. */
export function downloadBars(bar: (label: string) => ProgressListener): (progress: DownloadProgress) => void {
  let shown: string | undefined;
  let progress: ProgressListener;
  return ({ file, receivedBytes, totalBytes }) => {
    if (totalBytes < SHOWN_FROM) return;
    if (file !== shown) {
      shown = file;
      progress = bar(`Downloading ${file} (MB)`);
    }
    // Rounded apart, so that a bar is full when its file is whole and not before.
    const total = Math.ceil(totalBytes / 1e6);
    progress(receivedBytes === totalBytes ? total : Math.floor(receivedBytes / 1e6), total);
  };
}
