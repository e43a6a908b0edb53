import { GuidedDropoutError } from '@guided-dropout/core';
import type { ModelId } from './model-id.js';

/**
 * What can be wrong with a model that is no folder: the hub does not answer; it may not be asked and the cache lacks the
 * model; there is none of that name or revision; it may not be downloaded; a download does not become what the hub
 * promised; it has no files that are read here; the token is none.
 */
export type HubErrorCode =
  | 'HUB_UNREACHABLE'
  | 'HUB_OFFLINE'
  | 'HUB_NOT_FOUND'
  | 'HUB_ACCESS'
  | 'HUB_DOWNLOAD'
  | 'HUB_FILES'
  | 'HUB_TOKEN';

/** The error for a model that cannot be had from the hub. */
export function hubError(
  code: HubErrorCode,
  where: string,
  expected: string,
  received: string,
  fix: string,
  cause?: unknown,
): GuidedDropoutError {
  return new GuidedDropoutError(code, { where, expected, received, fix }, { cause });
}

/** What a request to the hub failed of, from the error of `@huggingface/hub` or of `fetch`. */
export function requestError(error: unknown, { name, revision }: ModelId, endpoint: string): GuidedDropoutError {
  if (error instanceof GuidedDropoutError) return error;
  const status = statusOf(error);
  const where = `model '${name}'`;
  const place = `${endpoint}/${name} at revision '${revision}'`;
  // Without a token the hub answers 401 for what does not exist, so as not to tell it from what is private.
  if (status === 401 || status === 404) {
    const fix = 'Check the name and the revision; for a private model set HF_TOKEN.';
    return hubError(
      'HUB_NOT_FOUND',
      where,
      `a folder of that name, or ${place}`,
      `neither (status ${status})`,
      fix,
      error,
    );
  }
  if (status === 403) {
    const fix = `Accept its conditions on its page and set HF_TOKEN to a token of yours.`;
    return hubError('HUB_ACCESS', where, `leave to download ${place}`, 'a refusal (status 403)', fix, error);
  }
  const fix = 'Check the connection (and HF_ENDPOINT, where it is set), or pass the folder of a downloaded checkpoint.';
  return hubError(
    'HUB_UNREACHABLE',
    where,
    `a folder of that name, or ${place}`,
    `no folder, and ${reasonOf(error)}`,
    fix,
    error,
  );
}

/** The HTTP status that an error of `@huggingface/hub` carries. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { readonly statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** What went wrong on the way, in few words; `fetch` hides that in the cause. */
export function reasonOf(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) return `status ${status}`;
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Where several addresses were tried, the error of all of them has a code and no message.
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? error.message);
}
