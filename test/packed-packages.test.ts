import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicPackages, readManifest, repositoryRoot } from '../scripts/repository.mjs';
import { captureCommand } from '../scripts/run-command.mjs';
import { filesBelow, importedModules, packageOf } from './imported-modules.js';
import { createUserProject } from './user-project.js';

const packages = publicPackages();

/** Where the packages are installed. */
let folder: string;

beforeAll(async () => {
  folder = await createUserProject();
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(packages)('$name, installed from its tarball', ({ name }) => {
  test('exports something at every entry', async () => {
    for (const specifier of moduleEntries(name)) {
      const program = `console.log(Object.keys(await import('${specifier}')).length)`;
      const numExports = await runNode(['--input-type=module', '--eval', program]);
      expect(Number(numExports), `exports of ${specifier}`).toBeGreaterThan(0);
    }
  });

  test('depends on all that its build imports', () => {
    const { dependencies, peerDependencies, optionalDependencies } = readManifest(installed(name));
    const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies };
    const imported = filesBelow(installed(name), /\.(js|d\.ts)$/)
      .flatMap(importedModules)
      .map(packageOf);
    expect([...new Set(imported)].filter((each) => each !== name && !(each in declared))).toEqual([]);
  });
});

const programs = packages.flatMap(({ name, manifest: { bin = {} } }) =>
  Object.entries(bin).map(([program, path]) => ({ program, file: join(name, path) })),
);

test.each(programs)('the program $program says how to use it', async ({ file }) => {
  expect(await runNode([installed(file), '--help'])).toMatch(/usage/i);
});

test.each(['nodenext', 'bundler'])('every entry has types under moduleResolution %s', async (moduleResolution) => {
  const specifiers = packages.flatMap(({ name }) => moduleEntries(name));
  expect(specifiers.length).toBeGreaterThan(0);
  const consumer = specifiers.map((specifier, i) => `import * as entry${i} from '${specifier}';\nvoid entry${i};\n`);
  writeFileSync(join(folder, 'consumer.ts'), consumer.join(''));
  const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext';
  const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
  const typeRoots = ['--typeRoots', join(repositoryRoot, 'node_modules/@types')];
  const resolution = ['--module', module, '--moduleResolution', moduleResolution];
  await runNode([tsc, ...options, ...typeRoots, ...resolution, 'consumer.ts']);
});

function installed(name: string): string {
  return join(folder, 'node_modules', name);
}

/** What can be imported of an installed package, patterns replaced by what matches them. */
function moduleEntries(name: string): string[] {
  return Object.entries(readManifest(installed(name)).exports ?? {})
    .filter(([, target]) => typeof target === 'object')
    .flatMap(([subpath, target]) => expandPattern(name, subpath, target as Record<string, string>));
}

function expandPattern(name: string, subpath: string, target: Record<string, string>): string[] {
  const path = join(installed(name), target['default'] ?? expect.fail(`${name}: exports['${subpath}'] has no default`));
  const [before = '', after] = path.split('*');
  if (after === undefined) {
    expect(existsSync(path), `${path} is shipped; was the package built?`).toBe(true);
    return [posix.join(name, subpath)];
  }
  return filesBelow(dirname(before), /\.js$/)
    .filter((file) => file.startsWith(before) && file.endsWith(after) && file.length > before.length + after.length)
    .map((file) => posix.join(name, subpath.replace('*', file.slice(before.length, -after.length))));
}

function runNode(args: readonly string[]): Promise<string> {
  return captureCommand(process.execPath, args, { cwd: folder });
}
