import type { Tensor } from '@guided-dropout/onnx';
import type { SafetensorsEntry, SafetensorsHeader } from './header.js';
import { entryNamed, tensorOfEntry } from './tensor-of-entry.js';

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
    const entry = entryNamed(this.entries, name, this.source);
    return tensorOfEntry(entry, this.#data.subarray(entry.begin, entry.end), name, this.source);
  }
}
