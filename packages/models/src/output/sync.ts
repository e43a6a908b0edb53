import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './output-error.js';

/** Waits until a folder's list of names is on the disk; where folders cannot be opened (Windows), does nothing. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await sync(path);
  } catch (error) {
    // These say that the system syncs no folders, not that the disk failed.
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
  }
}

/** Waits until everything under a folder is on the disk, so that a rename cannot become durable before its content. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(child);
    else if (entry.isFile()) await sync(child);
  }
  await syncFolder(path);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
