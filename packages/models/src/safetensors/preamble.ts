import { MAX_HEADER_BYTES } from './header.js';
import { safetensorsError } from './safetensors-error.js';

/** The bytes before the header: its length as a 64-bit integer, little-endian. */
export const PREAMBLE_BYTES = 8;

/** How the small text begins that a clone has in a file's place before `git lfs pull`: `version https://...`. */
const LFS_POINTER_START = 'version ';

/**
 * The header's length in bytes, from a file's first bytes and its size.
 *
 * @throws GuidedDropoutError `SAFETENSORS_TRUNCATED`, `SAFETENSORS_HEADER`.
 */
export function headerLength(start: Uint8Array, fileSize: number, where: string): number {
  if (start.length < PREAMBLE_BYTES) {
    throw safetensorsError('SAFETENSORS_TRUNCATED', where, 'a file of at least 8 bytes', `${start.length}`);
  }
  if (Buffer.from(start.subarray(0, PREAMBLE_BYTES)).toString('latin1') === LFS_POINTER_START) {
    const fix = "Fetch the file itself with 'git lfs pull', or download it again.";
    throw safetensorsError('SAFETENSORS_HEADER', where, 'a safetensors file', 'a pointer of Git LFS to one', fix);
  }
  const length = new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    const fix = 'Check that it is a safetensors file, and download it again.';
    const expected = `a header of at most ${MAX_HEADER_BYTES} bytes`;
    throw safetensorsError('SAFETENSORS_HEADER', where, expected, `a length of ${length}`, fix);
  }
  if (Number(length) > fileSize - PREAMBLE_BYTES) {
    throw safetensorsError(
      'SAFETENSORS_TRUNCATED',
      where,
      `a header of ${length} bytes`,
      `a file of ${fileSize} bytes`,
    );
  }
  return Number(length);
}
