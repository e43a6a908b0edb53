import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, open, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { refusal } from '../../test/refusal.js';
import { temporaryFolder } from '../../test/temporary-folder.js';
import { abandonedOutputs, assertFolderFree, writeFileAtomically, writeFolderAtomically } from './index.js';
import { moveInto } from './move-into.js';
import { outputError } from './output-error.js';
import { writePieces } from './write-pieces.js';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const childArguments = ['--import', 'tsx', join(packageFolder, 'test/output-child.ts')];
const childOptions = {
  cwd: packageFolder,
  // tsx keeps what it compiled in files; under a file size limit it must not try.
  env: { ...process.env, TSX_TSCONFIG_PATH: join(packageFolder, 'tsconfig.json'), TSX_DISABLE_CACHE: '1' },
};

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

describe('a file', () => {
  test('appears with its content, from text, bytes and pieces, and nothing beside it', async () => {
    const folder = await temporaryFolder();
    await writeFileAtomically(join(folder, 'text'), 'grün');
    await writeFileAtomically(join(folder, 'bytes'), Uint8Array.of(1, 2));
    await writeFileAtomically(join(folder, 'pieces'), [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
    await writeFileAtomically(join(folder, 'empty'), '');
    expect(await readFile(join(folder, 'text'), 'utf8')).toBe('grün');
    expect([...(await readFile(join(folder, 'bytes')))]).toEqual([1, 2]);
    expect([...(await readFile(join(folder, 'pieces')))]).toEqual([1, 2, 3]);
    expect((await readdir(folder)).toSorted()).toEqual(['bytes', 'empty', 'pieces', 'text']);
  });

  test('replaces one of its name, and what a link points at', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'model');
    await writeFileAtomically(path, 'old');
    await symlink('model', join(folder, 'link'));
    await writeFileAtomically(join(folder, 'link'), 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readlink(join(folder, 'link'))).toBe('model');
  });

  test('a name of the greatest length', async () => {
    const folder = await temporaryFolder();
    const name = 'n'.repeat(255);
    await writeFileAtomically(join(folder, name), 'x');
    expect(await readdir(folder)).toEqual([name]);
  });

  test('is not seen before it is whole', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'large');
    await writeFile(path, 'old');
    const seen = new Set<number>();
    let done = false;
    const writing = writeFileAtomically(path, new Uint8Array(2 ** 25)).finally(() => (done = true));
    while (!done) seen.add((await readFile(path)).length);
    await writing;
    seen.add((await readFile(path)).length);
    expect([...seen]).toEqual([3, 2 ** 25]);
  });

  test.each([
    ['a folder that does not exist', 'none/file', 'no such folder'],
    ['a path through a file', 'file/inside', 'leads through a file'],
    ['the name of a folder', 'folder', 'a folder of that name'],
    ['a name that is too long', 'n'.repeat(256), 'too long'],
  ])('%s is refused with its reason', async (_, name, reason) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'kept');
    await mkdir(join(folder, 'folder'));
    const error = await refusal(() => writeFileAtomically(join(folder, name), 'x'));
    expect(error.code).toBe('OUTPUT_WRITE');
    expect(error.message).toContain(reason);
    expect(error.report.where).toBe(join(folder, name));
    expect((await readdir(folder)).toSorted()).toEqual(['file', 'folder']);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('kept');
  });

  test('a folder without permission', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o555);
    const error = await withoutPrivileges(() => refusal(() => writeFileAtomically(join(folder, 'x'), 'x')));
    await chmod(folder, 0o755);
    expect(error.code).toBe('OUTPUT_WRITE');
    expect(error.message).toContain('permission denied');
    expect(error.report.fix).toContain('permissions');
  });

  test('a write that fails half-way leaves the old file and no other', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'model');
    await writeFile(path, 'old');
    // The system lets this process write 64 blocks (of 512 or 1024 bytes) to a file; it tries 1 MiB.
    const limited = ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, ...childArguments, 'large', path];
    const { stdout } = await promisify(execFile)('sh', limited, childOptions);
    expect(stdout).toMatch(/^OUTPUT_WRITE: .*model.*larger than allowed/);
    expect(await readdir(folder)).toEqual(['model']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

test('a full disk is called one', async () => {
  const handle = await open('/dev/full', 'w');
  onTestFinished(() => handle.close());
  const failure: unknown = await writePieces(handle, [Uint8Array.of(1)]).catch((error: unknown) => error);
  const error = outputError('runs/model', failure);
  expect(error.message).toMatch(/^runs\/model: .*a full disk \(ENOSPC.*Free space/);
});

test('a read-only file system, and an error without a code, are told apart', () => {
  const readOnly = outputError('out', Object.assign(new Error('EROFS: write'), { code: 'EROFS' }));
  expect(readOnly.message).toContain('read-only file system');
  expect(outputError('out', new Error('odd')).message).toContain('odd');
});

describe('a folder', () => {
  const fillWith =
    (text: string) =>
    async (temporary: string): Promise<void> => {
      await mkdir(join(temporary, 'inner'));
      await writeFile(join(temporary, 'inner', 'file'), text);
    };
  const contentOf = (path: string): Promise<string> => readFile(join(path, 'inner', 'file'), 'utf8');

  test('appears where nothing or an empty folder was', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'empty'));
    for (const name of ['new', 'empty']) {
      await writeFolderAtomically(join(folder, name), fillWith(name));
      expect(await contentOf(join(folder, name))).toBe(name);
    }
    expect((await readdir(folder)).toSorted()).toEqual(['empty', 'new']);
  });

  test('is not there while it is filled', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    await writeFolderAtomically(path, async (temporary) => {
      expect(await readdir(folder)).toEqual([basename(temporary)]);
      expect(await abandonedOutputs(folder)).toEqual([]);
    });
    expect(await readdir(folder)).toEqual(['out']);
  });

  test('replaces a full one only when asked to', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    await writeFolderAtomically(path, fillWith('old'));
    let filled = false;
    const error = await refusal(() =>
      writeFolderAtomically(path, async () => {
        filled = true;
      }),
    );
    expect(error.code).toBe('OUTPUT_EXISTS');
    expect(filled).toBe(false);
    expect(await contentOf(path)).toBe('old');
    await writeFolderAtomically(path, fillWith('new'), { replace: true });
    expect(await contentOf(path)).toBe('new');
    expect(await readdir(folder)).toEqual(['out']);
  });

  test('files that come into an empty one at the last moment are kept', async () => {
    const folder = await temporaryFolder();
    await fillWith('theirs')(folder);
    await fillWith('new')(
      await mkdir(join(folder, 'temporary'), { recursive: true }).then(() => join(folder, 'temporary')),
    );
    await moveInto(join(folder, 'inner'), join(folder, 'temporary', 'inner'), 'empty');
    const kept = (await readdir(folder)).find((name) => name.startsWith('.inner.replaced-'))!;
    expect(await readFile(join(folder, kept, 'file'), 'utf8')).toBe('theirs');
    expect(await contentOf(folder)).toBe('new');
  });

  test('whether one could be written can be asked beforehand', async () => {
    const folder = await temporaryFolder();
    await assertFolderFree(join(folder, 'new'));
    await assertFolderFree(folder);
    await writeFile(join(folder, 'file'), '');
    expect((await refusal(() => assertFolderFree(folder))).code).toBe('OUTPUT_EXISTS');
    await assertFolderFree(folder, { replace: true });
    expect((await refusal(() => assertFolderFree(join(folder, 'file'), { replace: true }))).code).toBe('OUTPUT_EXISTS');
    expect((await refusal(() => assertFolderFree(join(folder, 'file', 'x')))).code).toBe('OUTPUT_WRITE');
  });

  test('never replaces a file', async () => {
    const path = join(await temporaryFolder(), 'out');
    await writeFile(path, 'kept');
    const error = await refusal(() => writeFolderAtomically(path, fillWith('new'), { replace: true }));
    expect(error.code).toBe('OUTPUT_EXISTS');
    expect(await readFile(path, 'utf8')).toBe('kept');
  });

  test('an error while filling passes as it is, and leaves the old folder and nothing else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    await writeFolderAtomically(path, fillWith('old'));
    const own = new Error('training diverged');
    const fill = async (temporary: string): Promise<void> => {
      await fillWith('half')(temporary);
      throw own;
    };
    await expect(writeFolderAtomically(path, fill, { replace: true })).rejects.toBe(own);
    const reading = writeFolderAtomically(path, async () => void (await readFile(join(folder, 'input'))), {
      replace: true,
    });
    await expect(reading).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(folder)).toEqual(['out']);
    expect(await contentOf(path)).toBe('old');
  });

  test('a full disk while filling is told as such', async () => {
    const path = join(await temporaryFolder(), 'out');
    const error = await refusal(() =>
      writeFolderAtomically(path, async () => {
        const handle = await open('/dev/full', 'w');
        await writePieces(handle, [Uint8Array.of(1)]).finally(() => handle.close());
      }),
    );
    expect(error.code).toBe('OUTPUT_WRITE');
    expect(error.message).toContain('full disk');
    expect(error.report.where).toBe(path);
  });

  test('what another process put there in the meantime is not lost', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    const error = await refusal(() =>
      writeFolderAtomically(path, async () => {
        await mkdir(path);
        await writeFile(join(path, 'theirs'), 'theirs');
      }),
    );
    expect(error.code).toBe('OUTPUT_EXISTS');
    expect(await readdir(path)).toEqual(['theirs']);
    expect(await readdir(folder)).toEqual(['out']);
  });

  test('when the new one cannot be moved in, the old one is moved back', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    await writeFolderAtomically(path, fillWith('old'));
    await expect(moveInto(path, join(folder, 'none'), 'replaceable')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await contentOf(path)).toBe('old');
    expect(await readdir(folder)).toEqual(['out']);
  });

  test('without permission or without a parent folder nothing is filled', async () => {
    const folder = await temporaryFolder();
    const unreachable = async (): Promise<void> => {
      throw new Error('must not be called');
    };
    const missing = await refusal(() => writeFolderAtomically(join(folder, 'none', 'out'), unreachable));
    expect(missing.message).toContain('no such folder');
    await chmod(folder, 0o555);
    const denied = await withoutPrivileges(() =>
      refusal(() => writeFolderAtomically(join(folder, 'out'), unreachable)),
    );
    await chmod(folder, 0o755);
    expect(denied.message).toContain('permission denied');
  });

  test('what a killed process leaves is recognised by its name, and deleted by the next writer', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    const child = spawn(process.execPath, [...childArguments, 'hang', path], {
      ...childOptions,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(await abandonedOutputs(folder)).toEqual([]);
    child.kill('SIGKILL');
    await ended;
    await mkdir(join(folder, '.out.writing-by-hand'));
    const [abandoned, ...others] = await abandonedOutputs(folder);
    expect(others).toEqual([]);
    expect(basename(abandoned!)).toMatch(new RegExp(`^\\.out\\.writing-${child.pid}-`));
    expect(await readdir(abandoned!)).toEqual(['half']);
    // The next writer of that path cleans up; folders of other names stay.
    await writeFolderAtomically(path, (temporary) => writeFile(join(temporary, 'whole'), 'whole'));
    expect((await readdir(folder)).toSorted()).toEqual(['.out.writing-by-hand', 'out']);
  });
});
