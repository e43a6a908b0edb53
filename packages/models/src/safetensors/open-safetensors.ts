import { open, stat, type FileHandle } from 'node:fs/promises';
import { GuidedDropoutError } from '@guided-dropout/core';
import type { Tensor } from '@guided-dropout/onnx';
import { parseHeader, type SafetensorsHeader } from './header.js';
import { headerLength, PREAMBLE_BYTES } from './preamble.js';
import { safetensorsError } from './safetensors-error.js';
import { entryNamed, tensorOfEntry } from './tensor-of-entry.js';

/** Most bytes asked for in one read: the system gives fewer than 2 GiB at a time. */
const READ_BYTES = 2 ** 28;

/** An open safetensors file whose header was checked, to be read tensor by tensor or whole. */
export interface OpenSafetensors {
  readonly header: SafetensorsHeader;
  /** One tensor, in memory of its own; throws `SAFETENSORS_NAME`, `SAFETENSORS_VALUE`, `SAFETENSORS_TRUNCATED`. */
  tensor(name: string): Promise<Tensor>;
  /** The bytes behind the header. */
  data(): Promise<Uint8Array>;
}

/**
 * Opens a safetensors file that need not be trusted, for as long as `use` takes.
 *
 * @throws GuidedDropoutError `SAFETENSORS_TRUNCATED`, `SAFETENSORS_HEADER`, `SAFETENSORS_UNSUPPORTED`;
 * `SAFETENSORS_READ` when the file cannot be opened or read, or a part of it is too large for one array.
 */
export async function withSafetensors<T>(path: string, use: (file: OpenSafetensors) => Promise<T>): Promise<T> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) throw new Error('not a regular file');
    const handle = await open(path, 'r');
    try {
      return await use(await readHeader(handle, path));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof GuidedDropoutError) throw error;
    const received = error instanceof Error ? error.message : String(error);
    const fix = 'Check the path and its permissions; a file too large for memory must be split.';
    throw safetensorsError('SAFETENSORS_READ', path, 'a safetensors file that can be read', received, fix, error);
  }
}

async function readHeader(handle: FileHandle, path: string): Promise<OpenSafetensors> {
  const { size } = await handle.stat();
  const start = await readBytes(handle, 0, Math.min(size, PREAMBLE_BYTES), path);
  const dataStart = PREAMBLE_BYTES + headerLength(start, size, path);
  const headerBytes = await readBytes(handle, PREAMBLE_BYTES, dataStart - PREAMBLE_BYTES, path);
  const header = parseHeader(headerBytes, size - dataStart, path);
  return {
    header,
    tensor: async (name) => {
      const entry = entryNamed(header.entries, name, path);
      const bytes = await readBytes(handle, dataStart + entry.begin, entry.end - entry.begin, path);
      return tensorOfEntry(entry, bytes, name, path);
    },
    data: () => readBytes(handle, dataStart, size - dataStart, path),
  };
}

/** Bytes in an array of their own: they begin at address 0, where tensors of every type are aligned. */
async function readBytes(handle: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(length - at, READ_BYTES), position + at);
    if (bytesRead === 0) {
      throw safetensorsError('SAFETENSORS_TRUNCATED', path, `${length} bytes from byte ${position}`, `${at}`);
    }
    at += bytesRead;
  }
  return bytes;
}
