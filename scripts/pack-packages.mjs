import { statSync } from 'node:fs';
import { capturePnpm } from './pnpm.mjs';
import { publicPackages } from './repository.mjs';

/** @typedef {{ name: string, version: string, tarball: string, bytes: number, files: string[] }} PackedPackage */

/**
 * Packs every public package as publishing would, from its present build.
 *
 * @param {string} root the checkout
 * @param {string} destination the folder the tarballs go to
 * @returns {Promise<PackedPackage[]>}
 */
export async function packPackages(root, destination) {
  const filters = publicPackages(root).map(({ name }) => `--filter=${name}`);
  const options = ['--recursive', ...filters, 'pack', '--json', '--pack-destination', destination];
  /** @type {{ name: string, version: string, filename: string, files: { path: string }[] }[]} */
  const packed = [JSON.parse(await capturePnpm(options, { cwd: root }))].flat();
  return packed.map(({ name, version, filename, files }) => ({
    name,
    version,
    tarball: filename,
    bytes: statSync(filename).size,
    files: files.map(({ path }) => path),
  }));
}
