import { GuidedDropoutError } from '@guided-dropout/core';
import type { StringStringEntryProto } from './onnx-messages.js';
import { onnxError, quoted } from './onnx-error.js';

/** Gives the content of a file that lies beside the model; `location` is relative and has no `..`. */
export type ExternalDataReader = (location: string) => Uint8Array;

/** The tensor data that a model keeps in other files: each is asked for once, and only after its name was checked. */
export class ExternalData {
  readonly #files = new Map<string, Uint8Array>();

  constructor(readonly read: ExternalDataReader | undefined) {}

  /**
   * The bytes of one tensor.
   *
   * @param entries the tensor's `external_data`: location, offset, length.
   * @param expectedLength what the tensor's type and shape ask for, bytes.
   * @throws GuidedDropoutError `ONNX_EXTERNAL_DATA`.
   */
  bytes(entries: readonly StringStringEntryProto[], expectedLength: number, where: string): Uint8Array {
    const settings = new Map(entries.map(({ key = '', value = '' }) => [key, value]));
    const location = settings.get('location') ?? '';
    assertInside(location, where);
    const offset = byteCount(settings.get('offset') ?? '0', `${where}, offset`);
    const length = byteCount(settings.get('length') ?? String(expectedLength), `${where}, length`);
    const file = this.#file(location, where);
    if (length !== expectedLength) {
      throw externalError(where, `length ${expectedLength} by the tensor's type and shape`, `${length}`);
    }
    if (offset > file.length || length > file.length - offset) {
      const expected = `bytes ${offset} to ${offset + length} of ${quoted(location)}`;
      throw externalError(where, expected, `a file of ${file.length} bytes`, 'Download or export the file again.');
    }
    return file.subarray(offset, offset + length);
  }

  #file(location: string, where: string): Uint8Array {
    const known = this.#files.get(location);
    if (known !== undefined) return known;
    if (this.read === undefined) {
      const fix = 'Pass the option externalData, or save the model with its weights inside.';
      throw externalError(where, 'tensor data inside the model', `data in the file ${quoted(location)}`, fix);
    }
    const file = this.#ask(this.read, location, where);
    this.#files.set(location, file);
    return file;
  }

  #ask(read: ExternalDataReader, location: string, where: string): Uint8Array {
    try {
      return read(location);
    } catch (error) {
      if (error instanceof GuidedDropoutError) throw error;
      const received = error instanceof Error ? error.message : String(error);
      const fix = 'Keep the data files beside the model file.';
      throw externalError(where, `the content of ${quoted(location)}`, received, fix);
    }
  }
}

/** No path of a file may lead out of the model's folder: not by being absolute, not upwards, not by drive or URL. */
function assertInside(location: string, where: string): void {
  const escapes =
    location === '' || /^\/|[\\:\0]/.test(location) || location.split('/').some((segment) => segment === '..');
  if (!escapes) return;
  const fix = 'Do not use this file unless you trust its source; save it again with data files beside the model.';
  throw externalError(where, "a relative location without '..', backslash, colon or NUL", quoted(location), fix);
}

function byteCount(text: string, where: string): number {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw externalError(where, 'a whole number of bytes', quoted(text));
}

function externalError(where: string, expected: string, received: string, fix?: string): GuidedDropoutError {
  return onnxError('ONNX_EXTERNAL_DATA', where, expected, received, fix);
}
