import { GuidedDropoutError } from '@guided-dropout/core';

/**
 * Why an export cannot be taken: weights whose names are lost, or that its architecture does not know; weights in
 * double precision; a cache that does more than speed up generation; outputs or inputs that no head has.
 */
export type ImportErrorCode = 'IMPORT_NAMES' | 'IMPORT_TYPE' | 'IMPORT_CACHE' | 'IMPORT_OUTPUTS' | 'IMPORT_INPUTS';

/** The error for an ONNX export that was read, but is not what can be trained. */
export function importError(
  code: ImportErrorCode,
  where: string,
  expected: string,
  received: string,
  fix: string,
): GuidedDropoutError {
  return new GuidedDropoutError(code, { where, expected, received, fix });
}

/** Names for a message: the first few, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `'${name}'`);
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}
