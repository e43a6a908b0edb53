import { PUNCTUATION } from '../lexicon/function-words.js';
import { wordForms } from '../lexicon/word-forms.js';

const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** Longest input in tokens, `[CLS]` and `[SEP]` included: two sentences of the fragment and to spare. */
const MODEL_MAX_LENGTH = 64;

/** The tokens by id: special tokens, punctuation, letters and digits (first and continuing), then the fragment's words. */
export function vocabulary(): string[] {
  const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  const continuing = characters.map((character) => `##${character}`);
  return [...new Set([...SPECIAL_TOKENS, ...PUNCTUATION, ...characters, ...continuing, ...wordForms()])];
}

/**
 * The content of `tokenizer.json`: BERT's uncased WordPiece in Hugging Face tokenizers' format.
 *
 * A word of the fragment is one token; any other word of unaccented Latin letters and digits falls apart into characters.
 */
export function tokenizerJson(): string {
  const ids = Object.fromEntries(vocabulary().map((token, id) => [token, id]));
  const special = (token: string, typeId = 0): object => ({ SpecialToken: { id: token, type_id: typeId } });
  const sequence = (id: 'A' | 'B', typeId: number): object => ({ Sequence: { id, type_id: typeId } });
  return json({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content) => ({
      id: ids[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), sequence('A', 0), special('[SEP]')],
      pair: [special('[CLS]'), sequence('A', 0), special('[SEP]'), sequence('B', 1), special('[SEP]', 1)],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [ids[token]], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: ids,
    },
  });
}

/** The content of `tokenizer_config.json`, which loaders need beside `tokenizer.json`. */
export function tokenizerConfig(): string {
  return json({
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: MODEL_MAX_LENGTH,
    clean_up_tokenization_spaces: true,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  });
}

function json(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
