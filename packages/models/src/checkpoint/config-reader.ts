import { GuidedDropoutError } from '@guided-dropout/core';

/** Reads fields of a config.json, checking each before it is believed. */
export class ConfigReader {
  constructor(
    readonly where: string,
    readonly fields: Readonly<Record<string, unknown>>,
  ) {}

  /** A positive integer of at most `maximum`. */
  size(name: string, maximum = 2 ** 24): number {
    const value = this.fields[name];
    if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= maximum) return value as number;
    throw this.error(name, `an integer in [1, ${maximum}]`);
  }

  /** As {@link size}, or the default where the field is missing or null. */
  sizeOr(name: string, otherwise: number, maximum?: number): number {
    return (this.fields[name] ?? undefined) === undefined ? otherwise : this.size(name, maximum);
  }

  /** The id of a token of the vocabulary, or the default where the field is missing or null. */
  tokenId<T extends number | undefined>(name: string, vocabSize: number, otherwise: T): number | T {
    const value = this.fields[name] ?? undefined;
    if (value === undefined) return otherwise;
    if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < vocabSize) return value as number;
    throw this.error(name, `a token id in [0, ${vocabSize})`);
  }

  /** A positive number, or the default where the field is missing. */
  positive(name: string, otherwise: number): number {
    const value = this.fields[name] ?? otherwise;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw this.error(name, 'a positive number');
  }

  /** One of the values that are supported, or the default where the field is missing. */
  oneOf<T extends string | boolean>(name: string, supported: readonly T[], otherwise: T): T {
    const value = this.fields[name] ?? otherwise;
    if (supported.includes(value as T)) return value as T;
    throw this.error(name, `one of ${supported.map((choice) => JSON.stringify(choice)).join(', ')}`);
  }

  /** The error of a field that says something else than is expected of it. */
  error(name: string, expected: string): GuidedDropoutError {
    return new GuidedDropoutError('MODEL_CONFIG', {
      where: `${this.where}, field '${name}'`,
      expected,
      received: JSON.stringify(this.fields[name]) ?? 'nothing',
      fix: 'Check that config.json belongs to this checkpoint and that this model variant is supported.',
    });
  }
}
