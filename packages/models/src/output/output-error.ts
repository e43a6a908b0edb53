import { GuidedDropoutError } from '@guided-dropout/core';

/** What the operating system's error codes mean for whoever wanted the output. */
const reasons: Readonly<Record<string, readonly [received: string, fix: string]>> = {
  ENOSPC: ['a full disk', 'Free space on that disk, or choose another folder.'],
  EDQUOT: ['a full quota', 'Free space within your quota, or choose another folder.'],
  EFBIG: ['a file larger than allowed there', 'Raise the file size limit, or choose another disk.'],
  EACCES: ['permission denied', 'Choose a folder you may write to, or change its permissions.'],
  EPERM: ['permission denied', 'Choose a folder you may write to, or change its permissions.'],
  EROFS: ['a read-only file system', 'Choose a folder on a disk that can be written.'],
  ENOTDIR: ['a path that leads through a file as if it were a folder', 'Choose another path.'],
  ENOENT: ['no such folder', 'Create the folder that is to hold the output.'],
  EISDIR: ['a folder of that name', 'Choose another name, or move the folder away.'],
  ENAMETOOLONG: ['a name that is too long', 'Choose a shorter name.'],
};

/** The codes that speak of the place written to, whatever call they come from. */
const placeCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS']);

/** The operating system's code of an error (`ENOSPC`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** `OUTPUT_WRITE`: why the output could not be written, from the operating system's error. */
export function outputError(path: string, error: unknown): GuidedDropoutError {
  const message = error instanceof Error ? error.message : String(error);
  const [received, fix] = reasons[systemCode(error) ?? ''] ?? ['a failure', 'Look at the reason given and try again.'];
  return new GuidedDropoutError(
    'OUTPUT_WRITE',
    { where: path, expected: 'to write the output', received: `${received} (${message})`, fix },
    { cause: error },
  );
}

/** Whether an error that other code met while filling `folder` is about writing there, and not about its own work. */
export function concernsWriting(error: unknown, folder: string): boolean {
  const code = systemCode(error);
  if (code === undefined || !Object.hasOwn(reasons, code)) return false;
  const { path, dest } = error as { readonly path?: unknown; readonly dest?: unknown };
  return placeCodes.has(code) || [path, dest].some((at) => typeof at === 'string' && at.startsWith(folder));
}
