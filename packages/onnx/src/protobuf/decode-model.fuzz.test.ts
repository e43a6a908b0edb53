import { GuidedDropoutError, Random } from '@guided-dropout/core';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { arbitraryModel } from '../../test/arbitrary-model.js';
import { decodeModel } from './decode-model.js';
import { encodeModel } from './encode-model.js';

const exported = readFileSync(new URL('../../test/golden/exported-model.onnx', import.meta.url));
const valid = [exported, ...fc.sample(arbitraryModel, { seed: 2, numRuns: 20 }).map(encodeModel)];

/** Decodes, and says how it ended; every error but this project's own is thrown on. */
function outcome(bytes: Uint8Array): string {
  try {
    decodeModel(bytes);
    return 'model';
  } catch (error) {
    if (error instanceof GuidedDropoutError) return error.code;
    throw error;
  }
}

test('a file cut anywhere is a model or a refusal; most cuts are seen as such', () => {
  const outcomes = Array.from({ length: exported.length }, (_, length) => outcome(exported.subarray(0, length)));
  expect(outcomes.filter((code) => code === 'ONNX_TRUNCATED').length).toBeGreaterThan(0.95 * exported.length);
  // Without the opset, the file's last field, there is no model.
  expect(outcomes).not.toContain('model');
});

test('flipped, overwritten, removed and doubled bytes give a model or a refusal', () => {
  const random = new Random(3);
  const seen = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const code = outcome(damaged(random.choose(valid), random));
    seen.set(code, (seen.get(code) ?? 0) + 1);
  }
  // Damage must reach all stages: the wire, the translation and, being harmless, the end.
  for (const code of ['model', 'ONNX_TRUNCATED', 'ONNX_INVALID', 'ONNX_UNSUPPORTED'])
    expect(seen.get(code)).toBeGreaterThan(100);
});

test('random bytes give a refusal', () => {
  const random = new Random(4);
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: 1 + random.integer(60) }, () => random.integer(256));
    expect(outcome(bytes)).not.toBe('model');
  }
});

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = [...bytes];
  const numWounds = 1 + random.integer(3);
  for (let wound = 0; wound < numWounds; wound++) {
    const at = random.integer(copy.length);
    const length = 1 + random.integer(8);
    switch (random.integer(4)) {
      case 0:
        copy[at] = copy[at]! ^ (1 << random.integer(8));
        break;
      case 1:
        copy[at] = random.choose([0, 0x7f, 0x80, 0xff, random.integer(256)]);
        break;
      case 2:
        copy.splice(at, length);
        break;
      default:
        copy.splice(at, 0, ...copy.slice(at, at + length));
    }
    if (copy.length === 0) break;
  }
  return Uint8Array.from(copy);
}
