import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vocabulary, writeSmallCheckpoint } from '../../test/small-checkpoint.js';
import { temporaryFolder } from '../../test/temporary-folder.js';
import { Tokenizer } from './tokenizer.js';

let folder: string;
let remove: () => Promise<void>;
let tokenizer: Tokenizer;

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  await writeSmallCheckpoint(folder);
  tokenizer = await Tokenizer.load(folder, vocabulary.length);
});
afterAll(() => remove());

const tokens = (ids: readonly number[]): string => ids.map((id) => vocabulary[id]).join(' ');

test('knows its special tokens', () => {
  expect([tokenizer.padId, tokenizer.maskId]).toEqual([0, 4]);
  expect([...tokenizer.specialIds].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
});

describe('encodes', () => {
  test('a text', () => {
    const { inputIds, tokenTypeIds, truncated } = tokenizer.encode('The dogs played, it is GOOD.', undefined, 24);
    expect(tokens(inputIds)).toBe('[CLS] the dog ##s play ##ed [UNK] it is good . [SEP]');
    expect(tokenTypeIds).toEqual(inputIds.map(() => 0));
    expect(truncated).toBe(false);
  });

  test('a pair, by segments', () => {
    const { inputIds, tokenTypeIds } = tokenizer.encode('a cat', 'the film was bad', 24);
    expect(tokens(inputIds)).toBe('[CLS] a cat [SEP] the film was bad [SEP]');
    expect(tokenTypeIds).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  test('an empty text', () => {
    expect(tokens(tokenizer.encode('', undefined, 24).inputIds)).toBe('[CLS] [SEP]');
  });

  test('what is too long, cut', () => {
    const text = tokenizer.encode('the dogs played .', undefined, 5);
    expect(tokens(text.inputIds)).toBe('[CLS] the dog ##s [SEP]');
    expect(text.truncated).toBe(true);
    const pair = tokenizer.encode('a cat', 'the film was very bad', 8);
    expect(tokens(pair.inputIds)).toBe('[CLS] a cat [SEP] the film was [SEP]');
    expect(pair.tokenTypeIds).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test('words that name special tokens as those, so that no more is cut than must be', () => {
    const { inputIds } = tokenizer.encode('the [MASK] [SEP] was good .', undefined, 7);
    expect(tokens(inputIds)).toBe('[CLS] the [MASK] [SEP] was good [SEP]');
  });
});

describe('refuses', () => {
  const refusal = async (vocabularySize = vocabulary.length): Promise<string> => {
    const error: unknown = await Tokenizer.load(folder, vocabularySize).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GuidedDropoutError);
    return (error as GuidedDropoutError).code;
  };

  test('more tokens than the model has embeddings, and no fewer', async () => {
    expect(await refusal(vocabulary.length - 1)).toBe('TOKENIZER_VOCABULARY');
    await expect(Tokenizer.load(folder, vocabulary.length + 1)).resolves.toBeInstanceOf(Tokenizer);
  });

  test('a broken file, then none', async () => {
    const path = join(folder, 'tokenizer.json');
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.slice(0, -20));
    expect(await refusal()).toBe('TOKENIZER_INVALID');
    await rm(path);
    expect(await refusal()).toBe('TOKENIZER_MISSING');
  });

  test('a tokenizer in an older format, saying how it is converted', async () => {
    await writeFile(join(folder, 'vocab.txt'), '[PAD]\n');
    await expect(Tokenizer.load(folder, vocabulary.length)).rejects.toThrow(
      /tokenizer\.json: .*no such file, only vocab\.txt\. .*save_pretrained/,
    );
  });
});
