import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this checkout. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The parts of a package.json that the tooling reads.
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {string[]} [files]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {{ access?: string, provenance?: boolean }} [publishConfig]
 */

/** @typedef {{ name: string, folder: string, manifest: Manifest }} WorkspacePackage `folder` is relative to the root, with `/`. */

/**
 * @param {string} folder
 * @returns {Manifest}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * The packages under `packages/` that are published, by name of their folder.
 *
 * @param {string} [root]
 * @returns {WorkspacePackage[]}
 */
export function publicPackages(root = repositoryRoot) {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .map((name) => {
      const manifest = readManifest(join(root, 'packages', name));
      return { name: manifest.name, folder: `packages/${name}`, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true);
}
