import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initialiseModel, writeSafetensors, type Head } from '@guided-dropout/models';
import { tokenizerStyles, vocabularyOf, writeTokenizer } from './small-tokenizer.js';

/** Tokens of the small BERT's tokenizer by id. */
export const vocabulary: readonly string[] = vocabularyOf(tokenizerStyles.bert);

/** What {@link writeSmallCheckpoint} may make otherwise. */
export interface SmallCheckpointOptions {
  readonly modelType?: keyof typeof architectures;
  readonly seed?: number;
  readonly numLayers?: number;
  readonly vocabularySize?: number;
  /** Further fields of config.json. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Longest input of the small checkpoints, but for T5's. */
export const POSITIONS = 24;

const encoder = {
  hidden_size: 32,
  num_attention_heads: 2,
  intermediate_size: 64,
  max_position_embeddings: POSITIONS,
  type_vocab_size: 2,
  hidden_act: 'gelu',
  pad_token_id: 0,
};

/** What makes a small model of each architecture, besides layers and vocabulary. */
const architectures = {
  bert: { ...encoder },
  electra: { ...encoder, embedding_size: 16 },
  albert: { ...encoder, embedding_size: 16 },
  // Its first position is that behind pad_token_id.
  roberta: { ...encoder, max_position_embeddings: POSITIONS + 2, type_vocab_size: 1, pad_token_id: 1 },
  distilbert: { dim: 32, n_heads: 2, hidden_dim: 64, max_position_embeddings: POSITIONS, pad_token_id: 0 },
  gpt2: { n_embd: 32, n_head: 2, n_positions: POSITIONS },
  llama: { hidden_size: 32, num_attention_heads: 2, intermediate_size: 64, max_position_embeddings: POSITIONS },
  t5: {
    d_model: 32,
    d_kv: 16,
    num_heads: 2,
    d_ff: 64,
    relative_attention_num_buckets: 8,
    relative_attention_max_distance: 20,
  },
} as const;

const heads: Partial<Record<keyof typeof architectures, Head>> = {
  gpt2: { type: 'causal-lm' },
  llama: { type: 'causal-lm' },
  t5: { type: 'seq2seq-lm' },
};

/** Writes a model with random weights and its pretraining head, and a WordPiece tokenizer, as a Hugging Face folder. */
export async function writeSmallCheckpoint(folder: string, options: SmallCheckpointOptions = {}): Promise<void> {
  const { modelType = 'bert', seed = 1, numLayers = 2 } = options;
  const style = tokenizerStyles[modelType];
  const fields = {
    model_type: modelType,
    vocab_size: options.vocabularySize ?? vocabularyOf(style).length,
    [{ distilbert: 'n_layers', gpt2: 'n_layer', t5: 'num_layers' }[String(modelType)] ?? 'num_hidden_layers']:
      numLayers,
    ...architectures[modelType],
    // Far from the usual 0.02, so that a few steps can teach so small a model something.
    ...(modelType !== 't5' && { initializer_range: 0.2 }),
    ...options.fields,
  };
  const { config, parameters, graph } = initialiseModel(fields, heads[modelType] ?? { type: 'masked-lm' }, seed);
  await mkdir(folder, { recursive: true });
  const weights = new Map(parameters.map((name) => [name, graph.initializers.get(name)!]));
  await writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeTokenizer(folder, style);
}
