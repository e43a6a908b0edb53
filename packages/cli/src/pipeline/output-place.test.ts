import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.js';
import { assertFileWritable, assertFolderWritable, withParents } from './output-place.js';

let folder: string;
let remove: () => Promise<void>;

const at = (...parts: string[]): string => join(folder, ...parts);

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  await mkdir(at('full'));
  await writeFile(at('full/file'), 'kept');
  await mkdir(at('empty'));
});
afterEach(() => remove());

/** Runs without the rights of root, to whom nothing is forbidden; another user has none to give up. */
async function withoutPrivileges<T>(action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action();
  process.seteuid!(65_534); // nobody
  try {
    return await action();
  } finally {
    process.seteuid!(0);
  }
}

describe('before long work', () => {
  test.each(['new', 'new/deeper/still', 'empty', 'empty/new'])(
    '%s can be a folder, and nothing is left',
    async (path) => {
      await assertFolderWritable(at(path), {});
      expect(await readdir(folder, { recursive: true })).toHaveLength(3);
    },
  );

  test('a folder with files in it can be one only when it is an output that may be replaced', async () => {
    await expect(assertFolderWritable(at('full'), {})).rejects.toThrow('--overwrite replaces a folder');
    await expect(assertFolderWritable(at('full'), { replace: true })).rejects.toThrow(
      'a folder with other files in it',
    );
    const output = await mkdtemp(join(tmpdir(), 'output-place-old-'));
    await mkdir(join(output, 'onnx'));
    await writeFile(join(output, 'onnx', 'model.onnx'), 'old');
    await assertFolderWritable(output, { replace: true });
    await rm(output, { recursive: true });
  });

  test.each(['new', 'new/deeper/file', 'full/file', 'full/other'])('%s can be a file', async (path) => {
    await assertFileWritable(at(path));
    expect(await readdir(folder, { recursive: true })).toHaveLength(3);
  });

  test('a folder or a device cannot be a file', async () => {
    await expect(assertFileWritable(at('empty'))).rejects.toThrow('a folder of that name');
    await expect(assertFileWritable('/dev/null')).rejects.toThrow('a device or pipe');
    await symlink('/dev/null', at('link'));
    await expect(assertFileWritable(at('link'))).rejects.toThrow('a device or pipe');
  });

  test.each(['full/file/below', 'full/file/far/below'])('%s, through a file, can be neither', async (path) => {
    await expect(assertFolderWritable(at(path), {})).rejects.toMatchObject({ code: 'OUTPUT_WRITE' });
    await expect(assertFileWritable(at(path))).rejects.toMatchObject({ code: 'OUTPUT_WRITE' });
  });

  test('a place without permission can be neither', async () => {
    await chmod(folder, 0o755);
    await chmod(at('empty'), 0o555);
    const refused = await withoutPrivileges(() =>
      Promise.allSettled([assertFolderWritable(at('empty/new/deep'), {}), assertFileWritable(at('empty/file'))]),
    );
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'OUTPUT_WRITE' } });
      expect(String((outcome as PromiseRejectedResult).reason)).toContain('may not be written to');
    }
  });
});

describe('writing', () => {
  test('makes the folders that are missing', async () => {
    await withParents(at('a/b/file'), () => writeFile(at('a/b/file'), 'x'));
    expect(await readdir(at('a/b'))).toEqual(['file']);
  });

  test('takes away again what it made, and nothing else, when it fails', async () => {
    const fail = (): Promise<void> => Promise.reject(new Error('full disk'));
    await expect(withParents(at('empty/b/c/file'), fail)).rejects.toThrow('full disk');
    expect(await readdir(at('empty'))).toEqual([]);
    await mkdir(at('empty/b'));
    await expect(withParents(at('empty/b/c/file'), fail)).rejects.toThrow('full disk');
    expect(await readdir(at('empty'), { recursive: true })).toEqual(['b']);
  });

  test('says why a folder cannot be made', async () => {
    await expect(withParents(at('full/file/below/x'), () => Promise.resolve())).rejects.toThrow(
      /ENOTDIR.*Choose another/,
    );
  });
});
