import { rename, rm } from 'node:fs/promises';
import { temporaryBeside } from './temporary-name.js';

/** What stands where an output folder is to be: nothing, or a folder that may be replaced. */
export type Occupant = 'nothing' | 'folder';

/**
 * Renames a finished temporary folder to its target, first moving aside what is there and deleting it afterwards; after
 * a failure the old folder is back in its place.
 */
export async function moveInto(target: string, temporary: string, there: Occupant): Promise<void> {
  if (there === 'nothing') return rename(temporary, target);
  const old = temporaryBeside(target, 'replaced');
  await rename(target, old);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  // The output is in place; an old one that cannot be deleted stays under its telling name.
  await discard(old);
}

/** Deletes what is no longer needed; failing at it must not hide why it is not needed. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
