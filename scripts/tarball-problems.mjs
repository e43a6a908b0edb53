import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from './repository.mjs';
import { captureCommand } from './run-command.mjs';

/** @typedef {import('./pack-packages.mjs').PackedPackage} PackedPackage */
/** @typedef {import('./repository.mjs').Manifest} Manifest */

/**
 * What would make a published package wrong, read from its tarball; empty for a good one.
 *
 * @param {PackedPackage} packed
 * @returns {Promise<string[]>}
 */
export async function tarballProblems({ tarball, files }) {
  const folder = mkdtempSync(join(tmpdir(), 'guided-dropout-tarball-'));
  try {
    await captureCommand('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
    const manifest = readManifest(folder);
    return [
      ...missingFiles(folder, manifest),
      ...changelogProblems(folder, manifest),
      ...manifestProblems(manifest),
      ...files.filter((file) => /\.test\.|^src\/|^test\/|\.tsbuildinfo$/.test(file)).map((file) => `ships ${file}`),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} folder
 * @param {Manifest} manifest
 */
function missingFiles(folder, { bin = {}, exports = {} }) {
  const entries = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  // What a pattern (`./dist/*/index.js`) stands for is found by importing it, which a test does.
  const exact = [...Object.values(bin), ...entries].filter((path) => !path.includes('*'));
  return ['README.md', 'LICENSE', 'CHANGELOG.md', ...exact]
    .filter((path) => !existsSync(join(folder, path)))
    .map((path) => `lacks ${path}`);
}

/**
 * @param {string} folder
 * @param {Manifest} manifest
 */
function changelogProblems(folder, { version }) {
  const changelog = join(folder, 'CHANGELOG.md');
  const isListed = existsSync(changelog) && readFileSync(changelog, 'utf8').includes(`\n## ${version}\n`);
  return isListed ? [] : [`CHANGELOG.md does not list ${version}`];
}

/** @param {Manifest} manifest */
function manifestProblems(manifest) {
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest;
  const local = Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies }).filter(([, range]) =>
    /^(workspace|link|file|catalog):/.test(range),
  );
  return [
    ...local.map(([name, range]) => `depends on ${name}@${range}, which exists only in the workspace`),
    ...(manifest.publishConfig?.provenance === true ? [] : ['publishConfig.provenance is not true']),
    ...(manifest.publishConfig?.access === 'public' ? [] : ["publishConfig.access is not 'public'"]),
    ...(manifest.version === '0.0.0' ? ['has no version yet: no changeset releases it'] : []),
  ];
}
