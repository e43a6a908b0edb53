import { Random } from '@guided-dropout/core';

/** BERT-base width; the number of layers varies by case. */
export const bertConfig = {
  architectures: ['BertForMaskedLM'],
  model_type: 'bert',
  vocab_size: 30522,
  hidden_size: 768,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  initializer_range: 0.02,
  pad_token_id: 0,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
};

/** A batch for masked language modelling: full rows, 15 % of the positions labelled. */
export interface Batch {
  readonly numExamples: number;
  readonly length: number;
  readonly numLabels: number;
  /** `[numExamples, length]`. */
  readonly ids: readonly number[];
  /** `[numExamples, numLabels]`, indices into the row, and the tokens to be found there. */
  readonly positions: readonly number[];
  readonly labels: readonly number[];
}

export function makeBatch(numExamples = 8, length = 128): Batch {
  const random = new Random(3);
  const numLabels = Math.round(0.15 * length);
  const integers = (count: number, below: number): number[] =>
    Array.from({ length: count }, () => random.integer(below));
  return {
    numExamples,
    length,
    numLabels,
    ids: integers(numExamples * length, bertConfig.vocab_size),
    positions: integers(numExamples * numLabels, length),
    labels: integers(numExamples * numLabels, bertConfig.vocab_size),
  };
}
