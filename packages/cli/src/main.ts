import { readFileSync } from 'node:fs';
import { GuidedDropoutError } from '@guided-dropout/core';
import { CommanderError } from 'commander';
import { createProgram } from './program.js';

/** Exit codes: wrong use of the command line, and work that failed. */
const USAGE = 2;
const FAILURE = 1;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

try {
  await createProgram(version).parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

function exitCodeFor(error: unknown): number {
  // Commander has printed its own message; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof GuidedDropoutError) process.stderr.write(`error: ${error.message} [${error.code}]\n`);
  else process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return FAILURE;
}
