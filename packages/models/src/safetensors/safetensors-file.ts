import { GuidedDropoutError } from '@guided-dropout/core';
import { tensorFromBytes, type Tensor } from '@guided-dropout/onnx';
import type { SafetensorsEntry, SafetensorsHeader } from './header.js';
import { quoted, safetensorsError } from './safetensors-error.js';

/** A safetensors file in memory, its header checked. */
export class SafetensorsFile {
  readonly #data: Uint8Array;

  /** Type, shape and place of every tensor by name, in the order of the data. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** The file's own key–value pairs, e.g. `format`; an object without a prototype. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(
    header: SafetensorsHeader,
    data: Uint8Array,
    /** What error messages call the file. */
    readonly source: string,
  ) {
    this.entries = header.entries;
    this.metadata = header.metadata;
    this.#data = data;
  }

  /** The names of the tensors, in the order of their data. */
  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /**
   * A tensor by its name: a view of the file's bytes where alignment allows (so do not write to it), else a copy.
   *
   * @throws GuidedDropoutError `SAFETENSORS_NAME` when the file has none of that name; `SAFETENSORS_VALUE` when a
   * boolean is neither 0 nor 1.
   */
  tensor(name: string): Tensor {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      const known = this.names.slice(0, 5).map(quoted).join(', ');
      const received = `${this.entries.size} others (${known}${this.entries.size > 5 ? ', ...' : ''})`;
      throw safetensorsError('SAFETENSORS_NAME', this.source, `a tensor ${quoted(name)}`, received, 'Check the name.');
    }
    try {
      return tensorFromBytes(entry.dataType, entry.dims, this.#data.subarray(entry.begin, entry.end));
    } catch (error) {
      if (!(error instanceof GuidedDropoutError)) throw error;
      const where = `${this.source}, tensor ${quoted(name)}`;
      const { expected, received } = error.report;
      throw safetensorsError('SAFETENSORS_VALUE', where, expected, received, undefined, error);
    }
  }
}
