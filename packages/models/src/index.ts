export type { Architecture, Head, LanguageModel } from './architectures/architecture.js';
export { buildModel, initialiseModel } from './build-model.js';
export { checkpointName, loadCheckpoint, type Checkpoint } from './checkpoint/load-checkpoint.js';
export { modelHash } from './checkpoint/model-hash.js';
export {
  assertFolderFree,
  writeFileAtomically,
  writeFolderAtomically,
  type FolderOutputOptions,
} from './output/index.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  SafetensorsFile,
  writeSafetensors,
  type SafetensorsEntry,
  type SafetensorsMetadata,
} from './safetensors/index.js';
