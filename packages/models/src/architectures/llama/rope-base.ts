import type { ConfigReader } from '../../checkpoint/config-reader.js';

const DEFAULT_BASE = 10_000;

/**
 * The base of the rotary frequencies: `rope_theta`, which transformers 5 writes inside `rope_parameters`.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` where frequencies are scaled (`rope_scaling` or a `rope_type` that is not
 * `default`) or turn only a part of each head.
 */
export function readRopeBase(config: ConfigReader): number {
  for (const field of ['rope_scaling', 'rope_parameters']) assertUnscaled(config, field);
  const parameters = config.fields['rope_parameters'] as Readonly<Record<string, unknown>> | null | undefined;
  const nested = parameters?.['rope_theta'];
  if (nested === undefined) return config.positive('rope_theta', DEFAULT_BASE);
  if (typeof nested === 'number' && nested > 0 && Number.isFinite(nested)) return nested;
  throw config.error('rope_parameters', "a positive number as its 'rope_theta'");
}

function assertUnscaled(config: ConfigReader, field: string): void {
  const value = config.fields[field] ?? null;
  if (value === null) return;
  const { rope_type: type, type: oldType, partial_rotary_factor: part } = Object(value) as Record<string, unknown>;
  const unscaled = typeof value === 'object' && (type ?? oldType) === 'default' && (part ?? 1) === 1;
  if (!unscaled) throw config.error(field, 'null, or rotary frequencies without scaling ("rope_type": "default")');
}
