import { GuidedDropoutError } from '@guided-dropout/core';

/** The fields of a config.json. */
export type Config = Readonly<Record<string, unknown>>;

/**
 * A rate that config.json states, or the one that `transformers` takes where the field is missing or null.
 *
 * @throws GuidedDropoutError `ADAPTER_RATE` when it is not a number in [0, 1).
 */
export function readRate(config: Config, field: string, otherwise: number): number {
  const value = config[field] ?? otherwise;
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  throw new GuidedDropoutError('ADAPTER_RATE', {
    where: `config.json, field '${field}'`,
    expected: 'a rate in [0, 1)',
    received: JSON.stringify(value),
    fix: 'Correct the field.',
  });
}
