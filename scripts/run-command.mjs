import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { repositoryRoot } from './repository.mjs';

/** @typedef {{ cwd?: string, env?: Record<string, string> }} RunOptions `cwd` is the root unless given; `env` is added. */

/** What every command of the repository runs with: no telemetry, and no CUDA download (CPU and WebGPU ship in the package). */
const environment = { DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1', ONNXRUNTIME_NODE_INSTALL: 'skip' };

/**
 * Runs a command on this terminal and resolves with its exit code (128 + n when signal n ended it, as in a shell).
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions(command, options), stdio: 'inherit' });
    // A terminal sends Ctrl-C to the whole group: the command gets it by itself, and this process stays to report how
    // it ended. Without a terminal the signal comes to this process alone.
    const interrupt = () => void (process.stdin.isTTY || child.kill('SIGINT'));
    const terminate = () => void child.kill('SIGTERM');
    process.on('SIGINT', interrupt).on('SIGTERM', terminate);
    const release = () => process.off('SIGINT', interrupt).off('SIGTERM', terminate);

    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      release();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * Runs a Node program on this terminal, with the Node that runs this.
 *
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function runNode(args, options) {
  return runCommand(process.execPath, args, options);
}

/**
 * Runs a command out of sight and resolves with what it printed; rejects with all of it where the command fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} standard output
 */
export function captureCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const settings = { ...spawnOptions(command, options), maxBuffer: 2 ** 28 };
    const child = execFile(command, [...args], settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(new Error(`${command} ${args.join(' ')} failed (${error.code}).\n${stdout}${stderr}`, { cause: error }));
    });
    child.stdin?.end();
  });
}

/**
 * @param {string} command
 * @param {RunOptions} options
 */
function spawnOptions(command, { cwd = repositoryRoot, env = {} }) {
  return {
    cwd,
    env: { ...process.env, ...environment, ...env },
    // npm and npx are .cmd files on Windows, which only a shell runs.
    shell: process.platform === 'win32' && ['npm', 'npx'].includes(command),
  };
}
