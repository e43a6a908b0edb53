import type { Command } from 'commander';

/** Ends a command whose options do not go together: one line, the hint at --help, exit code 2. */
export function usageError(command: Command, message: string): never {
  return command.error(`error: ${message}`, { exitCode: 2 });
}
