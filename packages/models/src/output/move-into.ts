import { rename, rm, rmdir } from 'node:fs/promises';
import { temporaryBeside } from './temporary-name.js';

/** What stands where an output folder is to be: nothing, an empty folder, or one that was agreed to be replaced. */
export type Occupant = 'nothing' | 'empty' | 'replaceable';

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
  if (there === 'replaceable') await discard(old);
  // Not recursively: had someone put files there at the last moment, they would be in it.
  else await rmdir(old).catch(() => undefined);
}

/** Deletes what is no longer needed; failing at it must not hide why it is not needed. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
