import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GuidedDropoutError } from '@guided-dropout/core';
import { outputError } from '../output/output-error.js';
import { removeAbandoned, temporaryBeside } from '../output/temporary-name.js';
import { writePieces } from '../output/write-pieces.js';
import { isFileOfSize, type HubCache } from './hub-cache.js';
import { hubError, reasonOf, requestError, statusOf } from './hub-error.js';
import { requestOptions, type HubSource } from './hub-source.js';

/** A file of a model at one commit, as the hub lists it. */
export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of large files (Git LFS), else the SHA-1 that Git gives a content; in hex. */
  readonly hash: string;
}

/** How far the download of a file is. */
export interface DownloadProgress {
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** Waits before each further try of an interrupted download, milliseconds. */
const RETRY_DELAYS = [250, 1000, 4000];

/**
 * Makes sure that the cache has a file, downloading it where it does not. A download that is interrupted goes on where
 * it stopped; the file appears in the cache when it is whole and has the hash that the hub states.
 *
 * @throws GuidedDropoutError `HUB_DOWNLOAD`, `HUB_UNREACHABLE`, `HUB_ACCESS`, `HUB_NOT_FOUND`, `OUTPUT_WRITE`.
 */
export async function cacheFile(
  file: HubFile,
  commit: string,
  source: HubSource,
  cache: HubCache,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<void> {
  if (await cache.has(commit, file.path, file.size)) return;
  const blob = cache.blob(file.hash);
  try {
    if (!(await isFileOfSize(blob, file.size))) {
      await mkdir(dirname(blob), { recursive: true });
      await removeAbandoned(blob);
      const temporary = temporaryBeside(blob, 'writing');
      try {
        await download(file, commit, source, temporary, onProgress);
        await rename(temporary, blob);
      } finally {
        await rm(temporary, { force: true });
      }
    }
    await cache.link(commit, file.path, file.hash);
  } catch (error) {
    throw error instanceof GuidedDropoutError ? error : outputError(blob, error);
  }
}

async function download(
  file: HubFile,
  commit: string,
  source: HubSource,
  path: string,
  onProgress: ((progress: DownloadProgress) => void) | undefined,
): Promise<void> {
  const { size: totalBytes } = file;
  const hash = file.hash.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${totalBytes}\0`);
  const handle = await open(path, 'wx');
  try {
    let receivedBytes = 0;
    for (let attempt = 0; receivedBytes < totalBytes; attempt++) {
      try {
        for await (const chunk of await bytesFrom(receivedBytes, file, commit, source)) {
          receivedBytes += chunk.length;
          if (receivedBytes > totalBytes) throw wrongContent(file, source, `more than ${totalBytes} bytes`);
          hash.update(chunk);
          await write(handle, chunk, path);
          onProgress?.({ file: file.path, receivedBytes, totalBytes });
        }
        if (receivedBytes < totalBytes) throw new Error('the connection was closed');
      } catch (error) {
        const delay = RETRY_DELAYS[attempt];
        if (!isPassing(error)) throw requestError(error, source.id, source.endpoint);
        if (delay === undefined) throw interrupted(file, source, receivedBytes, error);
        await wait(delay);
      }
    }
    const received = hash.digest('hex');
    if (received !== file.hash) throw wrongContent(file, source, `other content (hash ${received.slice(0, 12)}…)`);
  } finally {
    await handle.close();
  }
}

/** The file's content from a byte on. */
async function bytesFrom(
  start: number,
  { path, size }: HubFile,
  commit: string,
  source: HubSource,
): Promise<AsyncIterable<Uint8Array>> {
  const { downloadFile } = await import('@huggingface/hub');
  // Plain HTTP, which every file and every mirror offers, rather than the hub's own protocol for large files (Xet).
  const blob = await downloadFile({ ...requestOptions(source), path, revision: commit, xet: false });
  if (blob === null) throw wrongContent({ path, size }, source, 'no such file');
  if (blob.size !== size) throw wrongContent({ path, size }, source, `a file of ${blob.size} bytes`);
  // A web stream is iterable in Node, which the types of the web do not say.
  return blob.slice(start, size).stream() as unknown as AsyncIterable<Uint8Array>;
}

async function write(handle: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  await writePieces(handle, [chunk]).catch((error: unknown) => {
    throw outputError(path, error);
  });
}

/** Whether trying again may help: not where the hub refuses, nor where it sends something else than it lists. */
function isPassing(error: unknown): boolean {
  if (error instanceof GuidedDropoutError) return false;
  const status = statusOf(error) ?? 500;
  return status >= 500 || status === 408 || status === 429;
}

function wrongContent(
  { path, size }: Pick<HubFile, 'path' | 'size'>,
  source: HubSource,
  received: string,
): GuidedDropoutError {
  const where = `${path} of model '${source.id.name}'`;
  const expected = `the ${size} bytes that ${source.endpoint} lists`;
  return hubError(
    'HUB_DOWNLOAD',
    where,
    expected,
    received,
    'Try again later, or from another endpoint (HF_ENDPOINT).',
  );
}

function interrupted({ path, size }: HubFile, source: HubSource, received: number, cause: unknown): GuidedDropoutError {
  const where = `${path} of model '${source.id.name}'`;
  const text = `${received}, interrupted ${RETRY_DELAYS.length + 1} times (${reasonOf(cause)})`;
  return hubError(
    'HUB_DOWNLOAD',
    where,
    `${size} bytes from ${source.endpoint}`,
    text,
    'Check the connection and try again.',
    cause,
  );
}
