import { join } from 'node:path';
import { repositoryRoot } from './repository.mjs';
import { runNode } from './run-command.mjs';

/**
 * Runs a TypeScript program of this repository on this terminal and resolves with its exit code.
 *
 * @param {string} program path relative to the root
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<number>}
 */
export function runTypeScript(program, args, env = {}) {
  return runNode(['--import', import.meta.resolve('tsx'), join(repositoryRoot, program), ...args], { env });
}
