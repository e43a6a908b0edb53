import { GuidedDropoutError, type ScheduleProvenance } from '@guided-dropout/core';

const FORMAT = 'guided-dropout/fisher';

/** Where a Fisher estimate came from, as the metadata of its safetensors file (strings only). */
export function fisherMetadata(provenance: ScheduleProvenance): Record<string, string> {
  return {
    format: FORMAT,
    ...Object.fromEntries(Object.entries(provenance).map(([name, value]) => [name, String(value)])),
  };
}

/**
 * Reads the metadata of a Fisher estimate.
 *
 * @throws GuidedDropoutError `FISHER_FILE` when the file is not one that {@link fisherMetadata} described.
 */
export function parseFisherMetadata(metadata: Readonly<Record<string, string>>, where: string): ScheduleProvenance {
  const text = (name: string): string => {
    const value = metadata[name];
    if (value !== undefined) return value;
    throw notFisher(where, `no '${name}' in its metadata`);
  };
  const integer = (name: string): number => {
    const value = /^\d+$/.test(text(name)) ? Number(text(name)) : Number.NaN;
    if (Number.isSafeInteger(value)) return value;
    throw notFisher(where, `'${name}' is '${text(name)}'`);
  };
  if (text('format') !== FORMAT) throw notFisher(where, `format '${text('format')}'`);
  return {
    model: text('model'),
    modelHash: text('modelHash'),
    objective: text('objective'),
    corpus: text('corpus'),
    numExamples: integer('numExamples'),
    seed: integer('seed'),
  };
}

/** The error for a file that is no Fisher estimate. */
export function notFisher(where: string, received: string): GuidedDropoutError {
  return new GuidedDropoutError('FISHER_FILE', {
    where,
    expected: "a Fisher estimate written by 'guided-dropout fisher'",
    received,
    fix: 'Run guided-dropout fisher first and pass what it wrote.',
  });
}
