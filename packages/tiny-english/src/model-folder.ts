import { fileURLToPath } from 'node:url';

/** The absolute path of the packaged `model/` folder, for loaders that want a checkpoint or tokenizer folder. */
export function modelFolder(): string {
  // `src/` and `dist/` both lie beside `model/`.
  return fileURLToPath(new URL('../model', import.meta.url));
}
