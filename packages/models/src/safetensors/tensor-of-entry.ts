import { GuidedDropoutError } from '@guided-dropout/core';
import { tensorFromBytes, type Tensor } from '@guided-dropout/onnx';
import type { SafetensorsEntry } from './header.js';
import { quoted, safetensorsError } from './safetensors-error.js';

/** The entry of that name; throws `SAFETENSORS_NAME` where the file has none. */
export function entryNamed(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  name: string,
  source: string,
): SafetensorsEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  const known = Array.from(entries.keys()).slice(0, 5).map(quoted).join(', ');
  const received = `${entries.size} others (${known}${entries.size > 5 ? ', ...' : ''})`;
  throw safetensorsError('SAFETENSORS_NAME', source, `a tensor ${quoted(name)}`, received, 'Check the name.');
}

/** A tensor over its bytes; throws `SAFETENSORS_VALUE` when a boolean is neither 0 nor 1. */
export function tensorOfEntry(entry: SafetensorsEntry, bytes: Uint8Array, name: string, source: string): Tensor {
  try {
    return tensorFromBytes(entry.dataType, entry.dims, bytes);
  } catch (error) {
    if (!(error instanceof GuidedDropoutError)) throw error;
    const where = `${source}, tensor ${quoted(name)}`;
    const { expected, received } = error.report;
    throw safetensorsError('SAFETENSORS_VALUE', where, expected, received, undefined, error);
  }
}
