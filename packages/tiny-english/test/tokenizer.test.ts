import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { AutoTokenizer, env, type PreTrainedTokenizer } from '@huggingface/transformers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  generateAcceptability,
  generateCorpus,
  modelFolder,
  tokenizerConfig,
  tokenizerJson,
  vocabulary,
  wordForms,
} from '../src/index.js';

test('the packaged files are what the lexicon gives', () => {
  expect(isAbsolute(modelFolder())).toBe(true);
  expect(existsSync(modelFolder())).toBe(true);
  expect(readFileSync(join(modelFolder(), 'tokenizer.json'), 'utf8')).toBe(tokenizerJson());
  expect(readFileSync(join(modelFolder(), 'tokenizer_config.json'), 'utf8')).toBe(tokenizerConfig());
});

test('the vocabulary begins with the special tokens and holds every word form once', () => {
  const tokens = vocabulary();
  expect(tokens.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(wordForms().filter((form) => !tokens.includes(form))).toEqual([]);
  expect(tokens.length).toBeLessThan(700);
});

describe('transformers.js', () => {
  let tokenizer: PreTrainedTokenizer;
  beforeAll(async () => {
    env.allowRemoteModels = false;
    tokenizer = await AutoTokenizer.from_pretrained(modelFolder());
  });

  test('reads every sentence as one token per word', () => {
    const ids = new Map(vocabulary().map((token, id) => [token, id]));
    const unacceptable = generateAcceptability({ seed: 3, numPairs: 320 }).map(({ sentence }) => sentence);
    for (const sentence of [...generateCorpus({ seed: 3, numSentences: 5000 }), ...unacceptable]) {
      const expected = ['[CLS]', ...sentence.split(' '), '[SEP]'].map((token) => ids.get(token));
      expect(tokenizer.encode(sentence)).toEqual(expected);
    }
  });

  test('decodes what it encoded, with the punctuation closed up', () => {
    const ids = tokenizer.encode('The old captain did not blame himself.');
    expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe('the old captain did not blame himself.');
  });

  test('pads with 0, masks with 4 and spells unknown words in letters', () => {
    expect([tokenizer.pad_token_id, tokenizer.mask_token_id]).toEqual([0, 4]);
    expect(tokenizer.tokenize('a zebra 42 [MASK]')).toEqual([
      'a',
      'z',
      '##e',
      '##b',
      '##r',
      '##a',
      '4',
      '##2',
      '[MASK]',
    ]);
    expect(tokenizer.tokenize('é,')).toEqual(['e', '[UNK]']);
  });

  test('encodes pairs', () => {
    const { input_ids, token_type_ids } = tokenizer('dogs sleep .', {
      text_pair: 'cats sleep .',
      return_tensor: false,
    }) as unknown as {
      input_ids: number[];
      token_type_ids: number[];
    };
    expect(input_ids.filter((id) => id === 3)).toHaveLength(2);
    expect(token_type_ids).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });
});
