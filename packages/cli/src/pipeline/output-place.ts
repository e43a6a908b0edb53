import { mkdir, mkdtemp, readdir, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { assertFolderFree, type FolderOutputOptions } from '@guided-dropout/models';

/**
 * Asks before long work whether a folder could be written at its end, by the folder there or the nearest one above.
 *
 * @throws GuidedDropoutError `OUTPUT_EXISTS` or `OUTPUT_WRITE`.
 */
export async function assertFolderWritable(path: string, options: FolderOutputOptions): Promise<void> {
  await assertFolderFree(path, options).catch((error: unknown) => {
    if (!(error instanceof GuidedDropoutError) || error.code !== 'OUTPUT_EXISTS') throw error;
    const fix = 'Choose another path, or move it away; --overwrite replaces a folder.';
    throw new GuidedDropoutError(error.code, { ...error.report, fix }, { cause: error });
  });
  if (options.replace) await assertIsOutput(path);
  await assertParentWritable(path);
}

/** Only a folder that a run wrote is replaced, not one that --out names by mistake. */
async function assertIsOutput(path: string): Promise<void> {
  const isEmpty = (await readdir(path).catch(() => [])).length === 0;
  const isOutput = await stat(join(path, 'onnx', 'model.onnx')).catch(() => undefined);
  if (isEmpty || isOutput?.isFile()) return;
  throw new GuidedDropoutError('OUTPUT_EXISTS', {
    where: path,
    expected: 'nothing, an empty folder, or a fine-tuned model to replace',
    received: 'a folder with other files in it',
    fix: 'Choose another path, or delete the folder yourself.',
  });
}

/**
 * Asks before long work whether a file could be written at its end; one that is there will be replaced.
 *
 * @throws GuidedDropoutError `OUTPUT_WRITE`.
 */
export async function assertFileWritable(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw placeError(path, `a path that cannot be looked at (${error.message})`, 'Choose another path.', error);
  });
  if (found?.isDirectory()) throw placeError(path, 'a folder of that name', 'Add the name of a file to the path.');
  // Renaming onto a device such as /dev/null would put an end to the device.
  if (found && !found.isFile()) throw placeError(path, 'a device or pipe', 'Choose the path of a file.');
  await assertParentWritable(path);
}

/**
 * Writes an output whose folders need not exist yet: they are made first, and taken away again if writing fails.
 *
 * @throws GuidedDropoutError `OUTPUT_WRITE` when they cannot be made, and whatever `write` throws.
 */
export async function withParents(path: string, write: () => Promise<void>): Promise<void> {
  const made: string[] = [];
  try {
    // One by one: where a file system refuses new folders with ENOENT, Node's recursive mkdir never returns.
    for (const folder of await missingFolders(dirname(resolve(path)))) {
      if (await makeFolder(folder, path)) made.push(folder);
    }
    await write();
  } catch (error) {
    for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

/** Whether this call made the folder, and not another program at the same moment. */
async function makeFolder(folder: string, path: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw placeError(path, `a failure to create a folder (${reason(cause)})`, 'Choose another path.', cause);
  }
}

/** The folders from `path` upwards that do not exist, topmost first. */
async function missingFolders(path: string): Promise<string[]> {
  const exists = await stat(path).catch(() => undefined);
  return exists || dirname(path) === path ? [] : [...(await missingFolders(dirname(path))), path];
}

/** A file or folder appears by renaming one beside it, so it is the folder around it that must be writable. */
async function assertParentWritable(path: string): Promise<void> {
  let folder = dirname(await realpath(path).catch(() => resolve(path)));
  let found = await stat(folder).catch((error: unknown) => error as NodeJS.ErrnoException);
  while (found instanceof Error && found.code === 'ENOENT' && dirname(folder) !== folder) {
    folder = dirname(folder);
    found = await stat(folder).catch((error: unknown) => error as NodeJS.ErrnoException);
  }
  if (found instanceof Error && found.code !== 'ENOTDIR') {
    throw placeError(path, `a folder that cannot be looked at (${found.message})`, 'Choose another path.', found);
  }
  if (found instanceof Error || !found.isDirectory()) {
    throw placeError(path, 'a path that leads through a file as if it were a folder', 'Choose another path.');
  }
  // Tried rather than asked: root may do everything except where the file system itself refuses.
  await mkdtemp(join(folder, '.guided-dropout-')).then(rmdir, (cause: unknown) => {
    const fix = 'Choose a folder you may write to, or change its permissions.';
    throw placeError(path, `a folder that may not be written to, ${folder} (${reason(cause)})`, fix, cause);
  });
}

function placeError(where: string, received: string, fix: string, cause?: unknown): GuidedDropoutError {
  return new GuidedDropoutError(
    'OUTPUT_WRITE',
    { where, expected: 'a place where the output can be written', received, fix },
    { cause },
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
