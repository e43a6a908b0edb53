import { decodeSafetensors, encodeSafetensors } from '@guided-dropout/models';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fisherMetadata, parseFisherMetadata } from './fisher-metadata.js';

const provenance = {
  model: 'tiny-bert',
  modelHash: 'ab'.repeat(32),
  objective: 'mlm',
  corpus: 'wiki.txt',
  numExamples: 44,
  seed: 1,
};

test('comes back as it was through the header of a safetensors file', () => {
  const records = fc.record({
    model: fc.string({ unit: 'binary' }),
    modelHash: fc.string(),
    objective: fc.constantFrom('mlm'),
    corpus: fc.string({ unit: 'binary' }),
    numExamples: fc.nat(),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  });
  const check = (written: typeof provenance): void => {
    const file = decodeSafetensors(encodeSafetensors(new Map(), fisherMetadata(written)), 'file');
    expect(parseFisherMetadata(file.metadata, 'file')).toEqual(written);
  };
  fc.assert(fc.property(records, check));
});

describe('refuses', () => {
  const whole = fisherMetadata(provenance);

  test.each(Object.keys(whole))('metadata without %s', (name) => {
    const { [name]: _, ...rest } = whole;
    expect(() => parseFisherMetadata(rest, 'f.safetensors')).toThrow(
      `f.safetensors: expected a Fisher estimate written by 'guided-dropout fisher', received no '${name}'`,
    );
  });

  test.each([
    { format: 'pt' },
    { numExamples: '-1' },
    { numExamples: '1.5' },
    { seed: 'one' },
    { numExamples: '' },
    { seed: ' ' },
  ])('%o', (wrong) => {
    expect(() => parseFisherMetadata({ ...whole, ...wrong }, 'f')).toThrow(
      expect.objectContaining({ code: 'FISHER_FILE' }) as Error,
    );
  });
});
