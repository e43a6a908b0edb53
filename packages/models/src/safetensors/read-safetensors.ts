import { withSafetensors } from './open-safetensors.js';
import { SafetensorsFile } from './safetensors-file.js';

/**
 * Reads a safetensors file that need not be trusted; the header is checked before memory is taken for the data, and
 * the data is then held once.
 *
 * @throws GuidedDropoutError `SAFETENSORS_TRUNCATED`, `SAFETENSORS_HEADER`, `SAFETENSORS_UNSUPPORTED`;
 * `SAFETENSORS_READ` when the file cannot be opened or read, or is too large for one array.
 */
export function readSafetensors(path: string): Promise<SafetensorsFile> {
  return withSafetensors(path, async (file) => new SafetensorsFile(file.header, await file.data(), path));
}
