import { stat } from 'node:fs/promises';
import { GuidedDropoutError } from '@guided-dropout/core';

/** Throws `CHECKPOINT_CONFIG` where the option is given, but is not what config.json holds. */
export function assertConfigOption(config: unknown): void {
  if (config === undefined || (typeof config === 'object' && config !== null && !Array.isArray(config))) return;
  throw new GuidedDropoutError('CHECKPOINT_CONFIG', {
    where: 'options.config',
    expected: 'the object that config.json holds',
    received: config === null ? 'null' : Array.isArray(config) ? 'an array' : `a ${typeof config}`,
    fix: 'Pass JSON.parse of config.json, or leave the option out to take the export as it is.',
  });
}

/** Throws `CHECKPOINT_MISSING` where a folder is given for the ONNX file in it. */
export async function assertNoFolder(source: string): Promise<void> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  throw new GuidedDropoutError('CHECKPOINT_MISSING', {
    where: source,
    expected: 'an ONNX model',
    received: 'a folder',
    fix: "Pass the path of the .onnx file itself, e.g. that of 'model.onnx' in the folder; loadCheckpoint takes folders.",
  });
}
