import { hubError } from './hub-error.js';
import type { ModelId } from './model-id.js';

/** Where models are downloaded from and kept. */
export interface HubSettings {
  /** Address of the hub; `HF_ENDPOINT`, or https://huggingface.co. */
  readonly endpoint?: string;
  /** The cache; `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or ~/.cache/huggingface/hub. */
  readonly cacheFolder?: string;
  /** For private and gated models; `HF_TOKEN`. */
  readonly token?: string;
  /** Whether to do with what is in the cache; `HF_HUB_OFFLINE`. */
  readonly offline?: boolean;
}

/** A model on a hub, and how to ask for it. */
export interface HubSource {
  readonly id: ModelId;
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** The parameters that every call of `@huggingface/hub` takes. */
export function requestOptions({ id, endpoint, token }: HubSource): {
  readonly repo: string;
  readonly hubUrl: string;
  readonly accessToken?: string;
} {
  return { repo: id.name, hubUrl: endpoint, ...(token !== undefined && { accessToken: token }) };
}

/** The source of a model by the settings, or by the environment where they leave something open. */
export function hubSource(id: ModelId, settings: HubSettings): HubSource {
  const endpoint = settings.endpoint ?? (variable('HF_ENDPOINT') || 'https://huggingface.co');
  const token = (settings.token ?? variable('HF_TOKEN')) || undefined;
  // Asked here, because the library's own complaint would look like a failed request.
  if (token !== undefined && !token.startsWith('hf_')) {
    const fix = 'Set HF_TOKEN to a token from the settings of your account, or unset it.';
    throw hubError('HUB_TOKEN', 'the access token', "a token, which begins with 'hf_'", 'another text', fix);
  }
  return { id, endpoint: endpoint.replace(/\/+$/, ''), token };
}

/** Whether the hub may not be asked. */
export function isOffline(settings: HubSettings): boolean {
  const value = variable('HF_HUB_OFFLINE') || variable('TRANSFORMERS_OFFLINE');
  return settings.offline ?? ['1', 'on', 'yes', 'true'].includes(value.toLowerCase());
}

function variable(name: string): string {
  return process.env[name]?.trim() ?? '';
}
