import { describe, expect, it } from 'vitest';
import { assertExamples, inBatches } from '../src/index.js';

const bounds = { numLabels: 2, vocabularySize: 10, maxLength: 4 };
const good = { inputIds: [0, 9], label: 1 };

describe('assertExamples', () => {
  it('takes what fits', () => {
    assertExamples([good, { inputIds: [1, 2, 3, 4], tokenTypeIds: [0, 0, 1, 1], label: 0 }], bounds);
    assertExamples([{ inputIds: [1], label: -2.5 }], { ...bounds, numLabels: 1 });
  });

  it.each([
    ['an id below 0', { ...good, inputIds: [1, -1] }, 'token ids in [0, 10)'],
    ['an id beyond the vocabulary', { ...good, inputIds: [10] }, 'token ids in [0, 10)'],
    ['an id that is no integer', { ...good, inputIds: [0.5] }, 'token ids in [0, 10)'],
    ['no tokens', { ...good, inputIds: [] }, '1 to 4 tokens'],
    ['too many tokens', { ...good, inputIds: [1, 1, 1, 1, 1] }, '1 to 4 tokens'],
    ['too few token types', { ...good, tokenTypeIds: [0] }, 'as many token type ids'],
    ['a label below 0', { ...good, label: -1 }, 'a label in [0, 2)'],
    ['a label beyond the classes', { ...good, label: 2 }, 'a label in [0, 2)'],
    ['a label between classes', { ...good, label: 0.5 }, 'a label in [0, 2)'],
  ])('refuses %s, naming the example', (_, bad, expected) => {
    expect(() => assertExamples([good, bad], bounds)).toThrow(
      expect.objectContaining({
        code: 'TRAIN_EXAMPLE',
        report: expect.objectContaining({ where: 'example 1', expected: expect.stringContaining(expected) }),
      }),
    );
  });
});

describe('inBatches', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses batches of %f', (size) => {
    expect(() => inBatches([1, 2], size)).toThrow(expect.objectContaining({ code: 'BATCH_SIZE' }));
  });
});
