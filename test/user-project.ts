import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from '../scripts/pack-packages.mjs';
import { capturePnpm, sharedStoreOptions } from '../scripts/pnpm.mjs';
import { repositoryRoot } from '../scripts/repository.mjs';

/** Makes what a user has: a folder far from this repository with every public package installed from its tarball. */
export async function createUserProject(): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'guided-dropout-user-')));
  mkdirSync(join(folder, 'tarballs'));
  const packed = await packPackages(repositoryRoot, join(folder, 'tarballs'));
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = {
    name: 'user',
    private: true,
    type: 'module',
    dependencies: tarballs,
    // What the packages depend on among themselves must come from the tarballs too, not from the registry.
    pnpm: { overrides: tarballs },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await capturePnpm(['install', '--ignore-workspace', ...sharedStoreOptions()], { cwd: folder });
  return folder;
}
