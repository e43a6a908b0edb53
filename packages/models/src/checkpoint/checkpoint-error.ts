import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';

/** `CHECKPOINT_MISSING`: a file that the folder of a model should have. */
export function missingFile(path: string, expected: string, received: string): GuidedDropoutError {
  const fix = `Put ${basename(path)} into the model folder.`;
  return new GuidedDropoutError('CHECKPOINT_MISSING', { where: path, expected, received, fix });
}

/** The size of a file in bytes; throws `CHECKPOINT_MISSING`, saying `what` it is to hold, where there is none. */
export async function assertFile(path: string, what: string): Promise<{ readonly size: number }> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return found;
  throw missingFile(path, what, found ? 'something that is not a file' : 'no such file');
}

/** Throws `CHECKPOINT_MISSING` unless there is a folder. */
export async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new GuidedDropoutError('CHECKPOINT_MISSING', {
    where: path,
    expected: 'a model folder with config.json, model.safetensors and tokenizer.json',
    received: found ? 'a file' : 'nothing there',
    fix:
      'Pass the path of a downloaded Hugging Face checkpoint; for one on the hub, the folder that resolveModel gives for ' +
      'its id: name, organisation/name, or either with @revision.',
  });
}
