export { decodeSafetensors } from './decode-safetensors.js';
export { encodeSafetensors, writeSafetensors, type SafetensorsMetadata } from './encode-safetensors.js';
export type { SafetensorsEntry } from './header.js';
export { withSafetensors, type OpenSafetensors } from './open-safetensors.js';
export { readSafetensors } from './read-safetensors.js';
export { SafetensorsFile } from './safetensors-file.js';
