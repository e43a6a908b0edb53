import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPnpm } from './pnpm.mjs';
import { repositoryRoot } from './repository.mjs';

/** Installs what the lockfile names, unless it is installed; ends this process with the exit code where that fails. */
export async function installDependencies() {
  if (isInstalled()) return;
  console.log('Installing dependencies with pnpm …');
  // Without a terminal, pnpm refuses to replace a node_modules made by another package manager unless told not to ask.
  exitOnFailure(await runPnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']));
}

/** Installs, then builds every package whose sources changed since its last build; ends this process where that fails. */
export async function buildPackages() {
  await installDependencies();
  exitOnFailure(await runTurbo(['run', 'build', '--output-logs=errors-only']));
}

/**
 * Runs turbo with the repository's pnpm on the PATH; resolves with the exit code.
 *
 * @param {readonly string[]} args
 * @param {import("./run-command.mjs").RunOptions} [options]
 */
export function runTurbo(args, options) {
  return runPnpm(['exec', 'turbo', ...args], options);
}

/** pnpm keeps a copy of the lockfile it installed from; equal bytes mean that node_modules is in step. */
function isInstalled() {
  try {
    const wanted = readFileSync(join(repositoryRoot, 'pnpm-lock.yaml'));
    return wanted.equals(readFileSync(join(repositoryRoot, 'node_modules/.pnpm/lock.yaml')));
  } catch {
    return false;
  }
}

/** @param {number} code */
function exitOnFailure(code) {
  if (code !== 0) process.exit(code);
}
