import { lstat, mkdir, open, readdir, realpath, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { discard, moveInto, type Occupant } from './move-into.js';
import { concernsWriting, outputError, systemCode } from './output-error.js';
import { syncFolder, syncTree } from './sync.js';
import { removeAbandoned, temporaryBeside } from './temporary-name.js';
import { writePieces } from './write-pieces.js';

/**
 * Writes a file so that it appears whole or not at all, replacing one of that name; a symbolic link is followed.
 *
 * @param data the content; an array of pieces is written one after the other without being joined.
 * @throws GuidedDropoutError `OUTPUT_WRITE`; what was there before is then still there, and nothing else is.
 */
export async function writeFileAtomically(
  path: string,
  data: Uint8Array | string | readonly Uint8Array[],
): Promise<void> {
  await reporting(path, async () => {
    const target = await followed(path);
    await removeAbandoned(target);
    const temporary = temporaryBeside(target, 'writing');
    const handle = await open(temporary, 'wx');
    try {
      try {
        await writePieces(handle, piecesOf(data));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await discard(temporary);
      throw error;
    }
    await syncFolder(dirname(target));
  });
}

/** Options of {@link writeFolderAtomically}. */
export interface FolderOutputOptions {
  /** Whether a folder that is already there and not empty may be replaced; it is kept until the new one is whole. */
  readonly replace?: boolean;
}

/**
 * Makes a folder that appears whole or not at all: `fill` writes into a temporary folder beside it, which is renamed.
 *
 * Errors of `fill` that are not about writing there are thrown on as they are. After any failure the target is as it
 * was before and the temporary folder is gone; what a killed process leaves is deleted by the
 * next one that writes there.
 *
 * @throws GuidedDropoutError `OUTPUT_EXISTS` before anything is written when the target is a file, or a folder that is
 * not empty and not to be replaced; `OUTPUT_WRITE`.
 */
export async function writeFolderAtomically(
  path: string,
  fill: (temporary: string) => Promise<void>,
  { replace = false }: FolderOutputOptions = {},
): Promise<void> {
  const [target, temporary] = await reporting(path, async () => {
    const place = await followed(path);
    await assertReplaceable(place, path, replace);
    await removeAbandoned(place);
    const beside = temporaryBeside(place, 'writing');
    await mkdir(beside);
    return [place, beside] as const;
  });
  try {
    await fill(temporary).catch((error: unknown) => {
      throw concernsWriting(error, temporary) ? outputError(path, error) : error;
    });
    await reporting(path, async () => {
      await syncTree(temporary);
      // Asked again: `fill` may have taken hours.
      await moveInto(target, temporary, await assertReplaceable(target, path, replace));
      await syncFolder(dirname(target));
    });
  } catch (error) {
    await discard(temporary);
    throw error;
  }
}

/**
 * Asks before long work what {@link writeFolderAtomically} would ask at its end.
 *
 * @throws GuidedDropoutError `OUTPUT_EXISTS` or `OUTPUT_WRITE` when the folder could not be written.
 */
export async function assertFolderFree(path: string, { replace = false }: FolderOutputOptions = {}): Promise<void> {
  await reporting(path, async () => assertReplaceable(await followed(path), path, replace));
}

/** Runs an action of which every failure is one to write the output. */
async function reporting<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof GuidedDropoutError ? error : outputError(path, error);
  }
}

async function assertReplaceable(target: string, path: string, replace: boolean): Promise<Occupant> {
  const found = await lstat(target).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return 'nothing';
  if (!found.isDirectory()) throw existsError(path, 'a file', 'Choose another path, or move the file away.');
  if ((await readdir(target)).length === 0) return 'empty';
  if (replace) return 'replaceable';
  throw existsError(
    path,
    'a folder with files in it',
    'Choose another path, empty the folder, or ask for replacement.',
  );
}

function existsError(path: string, received: string, fix: string): GuidedDropoutError {
  return new GuidedDropoutError('OUTPUT_EXISTS', {
    where: path,
    expected: 'nothing, or an empty folder',
    received,
    fix,
  });
}

/** The path with its last link followed, so that the link stays and what it points at is replaced. */
async function followed(path: string): Promise<string> {
  const absolute = resolve(path);
  return realpath(absolute).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return absolute;
    throw error;
  });
}

function piecesOf(data: Uint8Array | string | readonly Uint8Array[]): readonly Uint8Array[] {
  if (typeof data === 'string') return [Buffer.from(data)];
  return data instanceof Uint8Array ? [data] : data;
}
