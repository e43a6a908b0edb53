import type { LanguageModel } from '@guided-dropout/models';
import type { Command } from 'commander';
import { usageError } from '../terminal/usage-error.js';

/**
 * The tokens inputs are cut to: what the option asks for, which the model must have positions for, else `preferred` or
 * as many as it has.
 */
export function maxLengthFor(
  model: LanguageModel,
  requested: number | undefined,
  preferred: number,
  command: Command,
): number {
  if (requested === undefined) return Math.min(preferred, model.maxLength);
  if (requested <= model.maxLength) return requested;
  const limit = `the model has ${model.maxLength} positions (max_position_embeddings in its config.json)`;
  return usageError(command, `--max-length ${requested} is too long: ${limit}. Pass at most ${model.maxLength}.`);
}
