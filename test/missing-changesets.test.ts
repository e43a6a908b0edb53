import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missingChangesets } from '../scripts/missing-changesets.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'guided-dropout-changesets-'));
  git('init', '--quiet', '--initial-branch=main');
  writePackage('core', '0.0.0');
  writePackage('onnx', '0.0.0');
  write('packages/hidden/package.json', JSON.stringify({ name: 'hidden', version: '0.0.0', private: true }));
  write('.changeset/README.md', 'How to.\n');
  commit();
});

afterEach(() => rmSync(root, { recursive: true }));

describe('before the first release', () => {
  test('every public package needs a changeset', () => {
    expect(namesMissing()).toEqual(['@x/core', '@x/onnx']);
    writeChangeset('first', ['@x/core']);
    expect(namesMissing()).toEqual(['@x/onnx']);
    writeChangeset('second', ['@x/onnx']);
    commit();
    expect(namesMissing()).toEqual([]);
  });

  test('a branch needs no further one', () => {
    writeChangeset('first', ['@x/core', '@x/onnx']);
    commit();
    git('checkout', '--quiet', '-b', 'feature');
    write('packages/core/src/index.ts', 'export const a = 2;\n');
    commit();
    expect(namesMissing()).toEqual([]);
  });
});

describe('after a release', () => {
  beforeEach(() => {
    writeChangeset('first', ['@x/core', '@x/onnx']);
    commit();
    release('0.1.0');
  });

  test('nothing is demanded until something changes, without any tag', () => {
    expect(namesMissing()).toEqual([]);
    write('packages/core/src/index.ts', 'export const a = 2;\n');
    expect(missingChangesets(root)).toEqual([{ name: '@x/core', files: ['packages/core/src/index.ts'] }]);
    commit();
    expect(namesMissing()).toEqual(['@x/core']);
    writeChangeset('fix', ['@x/core']);
    expect(namesMissing()).toEqual([]);
  });

  test('tests, configuration and private packages are not shipped', () => {
    write('packages/core/src/index.test.ts', 'export {};\n');
    write('packages/core/test/golden.json', '{}\n');
    write('packages/core/tsup.config.ts', 'export {};\n');
    write('packages/hidden/src/index.ts', 'export {};\n');
    expect(namesMissing()).toEqual([]);
  });

  test.each(['src/new.ts', 'bin/run.js', 'README.md', 'package.json'])('%s is shipped', (file) => {
    const manifest = JSON.stringify({ ...manifestOf('core', '0.1.0'), license: 'MIT' });
    write(`packages/core/${file}`, file === 'package.json' ? manifest : 'new\n');
    expect(namesMissing()).toEqual(['@x/core']);
  });

  test('a branch needs a changeset of its own', () => {
    write('packages/core/src/index.ts', 'export const a = 2;\n');
    writeChangeset('earlier', ['@x/core']);
    commit();
    git('checkout', '--quiet', '-b', 'feature');
    expect(namesMissing()).toEqual([]);
    write('packages/core/src/index.ts', 'export const a = 3;\n');
    commit();
    expect(namesMissing()).toEqual(['@x/core']);
    writeChangeset('mine', ['@x/core']);
    commit();
    expect(namesMissing()).toEqual([]);
  });

  test('a branch with a release needs none for what the release used up', () => {
    git('checkout', '--quiet', '-b', 'release');
    write('packages/core/src/index.ts', 'export const a = 2;\n');
    writeChangeset('fix', ['@x/core']);
    commit();
    release('0.1.1');
    expect(namesMissing()).toEqual([]);
  });

  test('the base can be named, and an unknown one is an error', () => {
    git('checkout', '--quiet', '-b', 'next');
    git('checkout', '--quiet', '-b', 'feature');
    write('packages/core/src/index.ts', 'export const a = 2;\n');
    commit();
    expect(missingChangesets(root, 'next').map(({ name }) => name)).toEqual(['@x/core']);
    expect(() => missingChangesets(root, 'nowhere')).toThrow(/CHANGESET_BASE.*nowhere/);
  });
});

function namesMissing(): string[] {
  return missingChangesets(root).map(({ name }) => name);
}

function manifestOf(name: string, version: string): object {
  return { name: `@x/${name}`, version, files: ['bin', 'dist', 'README.md', 'CHANGELOG.md'] };
}

function writePackage(name: string, version: string): void {
  write(`packages/${name}/package.json`, JSON.stringify(manifestOf(name, version), null, 2));
  write(`packages/${name}/src/index.ts`, 'export const a = 1;\n');
}

function writeChangeset(name: string, packages: string[]): void {
  const releases = packages.map((each) => `'${each}': minor\n`).join('');
  write(`.changeset/${name}.md`, `---\n${releases}---\n\nWhat changes.\n`);
}

/** What `changeset version` does. */
function release(version: string): void {
  git('rm', '--quiet', '.changeset/*.md');
  for (const name of ['core', 'onnx']) {
    write(`packages/${name}/package.json`, JSON.stringify(manifestOf(name, version), null, 2));
    write(`packages/${name}/CHANGELOG.md`, `## ${version}\n`);
  }
  commit();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(): void {
  git('add', '--all');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=A change');
}

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'commit.gpgSign=false', ...args], { cwd: root });
}
