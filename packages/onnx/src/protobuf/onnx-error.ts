import { GuidedDropoutError } from '@guided-dropout/core';

/**
 * What can be wrong with an ONNX model: the file ends early; it breaks the format's rules; it uses a part of the format
 * that has no place here; its data lies in a file that is absent or not to be trusted; it is beyond a limit.
 */
export type OnnxErrorCode =
  | 'ONNX_TRUNCATED'
  | 'ONNX_INVALID'
  | 'ONNX_UNSUPPORTED'
  | 'ONNX_EXTERNAL_DATA'
  | 'ONNX_TOO_LARGE';

const usualFix = 'Export the model again, or check the file with the onnx checker.';

/** The error for a model that cannot be read or written. */
export function onnxError(
  code: OnnxErrorCode,
  where: string,
  expected: string,
  received: string,
  fix: string = usualFix,
): GuidedDropoutError {
  return new GuidedDropoutError(code, { where, expected, received, fix });
}

/** A text of a file as it may stand in a message: quoted, and short however long it is. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** A shape as it may stand in a message, short however many dimensions it has. */
export function shapeText(dims: readonly number[]): string {
  return `[${dims.slice(0, 8).join(', ')}${dims.length > 8 ? ', ...' : ''}]`;
}
