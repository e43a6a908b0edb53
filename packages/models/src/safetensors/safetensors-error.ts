import { GuidedDropoutError } from '@guided-dropout/core';

/**
 * What can be wrong with a safetensors file: it ends early; its header breaks the format's rules; it uses a part of the
 * format that has no place here; a value is not one of its type; it cannot be read; it has no such tensor.
 */
export type SafetensorsErrorCode =
  | 'SAFETENSORS_TRUNCATED'
  | 'SAFETENSORS_HEADER'
  | 'SAFETENSORS_UNSUPPORTED'
  | 'SAFETENSORS_VALUE'
  | 'SAFETENSORS_READ'
  | 'SAFETENSORS_NAME';

const usualFix = 'Download the file again, or save it again with the safetensors library.';

/** The error for a safetensors file that cannot be read or written. */
export function safetensorsError(
  code: SafetensorsErrorCode,
  where: string,
  expected: string,
  received: string,
  fix: string = usualFix,
  cause?: unknown,
): GuidedDropoutError {
  const options = cause === undefined ? undefined : { cause };
  return new GuidedDropoutError(code, { where, expected, received, fix }, options);
}

/** A text of a file as it may stand in a message: quoted, and short however long it is. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
