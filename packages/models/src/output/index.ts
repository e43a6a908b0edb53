export {
  assertFolderFree,
  writeFileAtomically,
  writeFolderAtomically,
  type FolderOutputOptions,
} from './atomic-output.js';
export { abandonedOutputs } from './temporary-name.js';
