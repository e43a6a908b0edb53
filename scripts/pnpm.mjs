import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest, repositoryRoot } from './repository.mjs';
import { captureCommand, runCommand } from './run-command.mjs';

/** @typedef {import('./run-command.mjs').RunOptions} RunOptions */

/**
 * Runs the repository's pnpm on this terminal and resolves with its exit code.
 *
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function runPnpm(args, options) {
  return runCommand('npx', npxArguments(args), options);
}

/**
 * Runs the repository's pnpm out of sight and resolves with what it printed; rejects where it fails.
 *
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export function capturePnpm(args, options) {
  return captureCommand('npx', npxArguments(args), options);
}

/**
 * The options that make an install elsewhere, even on another disk, take packages from the store this checkout uses
 * and go to the registry only for what is missing.
 *
 * @returns {string[]}
 */
export function sharedStoreOptions() {
  // Despite its name the file holds JSON.
  const { storeDir } = JSON.parse(readFileSync(join(repositoryRoot, 'node_modules/.modules.yaml'), 'utf8'));
  return ['--prefer-offline', '--store-dir', storeDir];
}

/**
 * Calls the pnpm named in package.json's `packageManager`, which npx fetches where it is not there yet and puts on the
 * PATH of what it runs, so that turbo finds it too. A pnpm of another version is never used.
 *
 * @param {readonly string[]} args
 */
function npxArguments(args) {
  const { packageManager = '' } = readManifest(repositoryRoot);
  // npx does not know the hash that may follow (`pnpm@10.0.0+sha512.…`).
  const specifier = packageManager.replace(/\+.*$/, '');
  if (!/^pnpm@\d+\.\d+\.\d+$/.test(specifier)) {
    throw new Error(`package.json: expected packageManager to be pnpm@<version>, received '${packageManager}'.`);
  }
  // Otherwise npx asks the registry about the version it already has, and without a network waits a minute for it.
  return ['--yes', '--prefer-offline', specifier, ...args];
}
