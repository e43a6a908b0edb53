import type { FileHandle } from 'node:fs/promises';

/** Most bytes given to one write: the system takes fewer than 2 GiB at a time. */
const SLICE_BYTES = 2 ** 28;

/** Writes all pieces one after the other at the file's position, without joining them. */
export async function writePieces(handle: Pick<FileHandle, 'write'>, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    let written = 0;
    while (written < piece.length) {
      const slice = piece.subarray(written, written + SLICE_BYTES);
      written += (await handle.write(slice, 0, slice.length)).bytesWritten;
    }
  }
}
