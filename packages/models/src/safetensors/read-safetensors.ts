import { open, stat, type FileHandle } from 'node:fs/promises';
import { GuidedDropoutError } from '@guided-dropout/core';
import { parseHeader } from './header.js';
import { headerLength, PREAMBLE_BYTES } from './preamble.js';
import { SafetensorsFile } from './safetensors-file.js';
import { safetensorsError } from './safetensors-error.js';

/** Most bytes asked for in one read: the system gives fewer than 2 GiB at a time. */
const READ_BYTES = 2 ** 28;

/**
 * Reads a safetensors file that need not be trusted; the header is checked before memory is taken for the data, and
 * the data is then held once.
 *
 * @throws GuidedDropoutError `SAFETENSORS_TRUNCATED`, `SAFETENSORS_HEADER`, `SAFETENSORS_UNSUPPORTED`;
 * `SAFETENSORS_READ` when the file cannot be opened or read, or is too large for one array.
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) throw new Error('not a regular file');
    const handle = await open(path, 'r');
    try {
      return await readOpened(handle, path);
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

async function readOpened(handle: FileHandle, path: string): Promise<SafetensorsFile> {
  const { size } = await handle.stat();
  const start = await readBytes(handle, 0, Math.min(size, PREAMBLE_BYTES), path);
  const dataStart = PREAMBLE_BYTES + headerLength(start, size, path);
  const headerBytes = await readBytes(handle, PREAMBLE_BYTES, dataStart - PREAMBLE_BYTES, path);
  const header = parseHeader(headerBytes, size - dataStart, path);
  // An array of its own puts the data at address 0, where the usual layout is aligned whatever the header's length.
  return new SafetensorsFile(header, await readBytes(handle, dataStart, size - dataStart, path), path);
}

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
