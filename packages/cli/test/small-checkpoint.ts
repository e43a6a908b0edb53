import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initialiseModel, writeSafetensors } from '@guided-dropout/models';

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const words = 'the a cat dog film story is was not very good bad great awful we they saw liked hated it .'.split(' ');
const pieces = ['play', '##ed', '##s', '##ing', '##t', '##c'];

/** Tokens of the small checkpoint's tokenizer by id. */
export const vocabulary: readonly string[] = [...special, ...words, ...pieces];

/** What {@link writeSmallCheckpoint} may make otherwise. */
export interface SmallCheckpointOptions {
  readonly seed?: number;
  readonly numLayers?: number;
  readonly vocabularySize?: number;
}

/** Longest input of the small checkpoint. */
export const POSITIONS = 24;

/** Writes a BERT with random weights and a WordPiece tokenizer of {@link vocabulary}, as a Hugging Face folder. */
export async function writeSmallCheckpoint(folder: string, options: SmallCheckpointOptions = {}): Promise<void> {
  const { seed = 1, numLayers = 2, vocabularySize = vocabulary.length } = options;
  const fields = {
    model_type: 'bert',
    vocab_size: vocabularySize,
    hidden_size: 32,
    num_hidden_layers: numLayers,
    num_attention_heads: 2,
    intermediate_size: 64,
    max_position_embeddings: POSITIONS,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    // Far from the usual 0.02, so that a few steps can teach so small a model something.
    initializer_range: 0.2,
    pad_token_id: 0,
  };
  const { config, parameters, graph } = initialiseModel(fields, { type: 'masked-lm' }, seed);
  await mkdir(folder, { recursive: true });
  const weights = new Map(parameters.map((name) => [name, graph.initializers.get(name)!]));
  await writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
}

const specialToken = (id: string, segment = 0): object => ({ SpecialToken: { id, type_id: segment } });
const sequence = (id: 'A' | 'B', segment: number): object => ({ Sequence: { id, type_id: segment } });

const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: special.map((content, id) => ({
    id,
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
    single: [specialToken('[CLS]'), sequence('A', 0), specialToken('[SEP]')],
    pair: [specialToken('[CLS]'), sequence('A', 0), specialToken('[SEP]'), sequence('B', 1), specialToken('[SEP]', 1)],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [special.indexOf(token)], tokens: [token] }]),
    ),
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
};

/** Without `model_max_length`, as some checkpoints come. */
const tokenizerConfig = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  mask_token: '[MASK]',
};
