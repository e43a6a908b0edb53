import { parseHeader } from './header.js';
import { headerLength, PREAMBLE_BYTES } from './preamble.js';
import { SafetensorsFile } from './safetensors-file.js';

/**
 * Reads safetensors from memory; tensors are views of `bytes` where alignment allows, so leave the bytes as they are.
 *
 * @param source what error messages call the input.
 * @throws GuidedDropoutError `SAFETENSORS_TRUNCATED`, `SAFETENSORS_HEADER`, `SAFETENSORS_UNSUPPORTED`.
 */
export function decodeSafetensors(bytes: Uint8Array, source = 'safetensors'): SafetensorsFile {
  const dataStart = PREAMBLE_BYTES + headerLength(bytes, bytes.length, source);
  const header = parseHeader(bytes.subarray(PREAMBLE_BYTES, dataStart), bytes.length - dataStart, source);
  return new SafetensorsFile(header, bytes.subarray(dataStart), source);
}
