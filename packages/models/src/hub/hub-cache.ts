import { copyFile, link, mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { temporaryBeside } from '../output/temporary-name.js';

/** A commit, as the hub and the cache name it. */
export const commitPattern: RegExp = /^[0-9a-f]{40}$/;

/**
 * One model in the cache that all Hugging Face libraries share: contents under their hashes in `blobs`, a folder of
 * links to them per commit in `snapshots`, the commit of each branch and tag in `refs`.
 */
export class HubCache {
  readonly #folder: string;

  /** @param root the cache's folder, usually `~/.cache/huggingface/hub`. */
  constructor(root: string, modelName: string) {
    this.#folder = join(root, `models--${modelName.replace('/', '--')}`);
  }

  /** The folder of a commit's files. */
  snapshot(commit: string): string {
    return join(this.#folder, 'snapshots', commit);
  }

  /** Where a content of that hash belongs. */
  blob(hash: string): string {
    return join(this.#folder, 'blobs', hash);
  }

  /** The commit a revision was at when it was last downloaded. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (commitPattern.test(revision)) return revision;
    const text = await readFile(join(this.#folder, 'refs', revision), 'utf8').catch(() => '');
    return commitPattern.test(text.trim()) ? text.trim() : undefined;
  }

  /** Notes which commit a revision is at. */
  async saveCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const path = join(this.#folder, 'refs', revision);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, commit);
  }

  /** Whether a commit has a file of that size. */
  async has(commit: string, file: string, size: number): Promise<boolean> {
    return isFileOfSize(join(this.snapshot(commit), file), size);
  }

  /** Gives a commit a file whose content is in the cache. */
  async link(commit: string, file: string, hash: string): Promise<void> {
    const path = join(this.snapshot(commit), file);
    await mkdir(dirname(path), { recursive: true });
    const temporary = temporaryBeside(path, 'writing');
    await symlink(relative(dirname(path), this.blob(hash)), temporary)
      // Windows lets few users make symbolic links, and some file systems have no links at all.
      .catch(() => link(this.blob(hash), temporary))
      .catch(() => copyFile(this.blob(hash), temporary));
    await rename(temporary, path);
  }
}

/** Whether there is a file of that size, links followed. */
export async function isFileOfSize(path: string, size: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === size;
}
