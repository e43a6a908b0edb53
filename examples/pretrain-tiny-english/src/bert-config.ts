import { MAX_WORDS, vocabulary } from '@guided-dropout/tiny-english';

/** A BERT of 0.9 million parameters: 4 layers of width 128. */
export const bertConfig = {
  architectures: ['BertForMaskedLM'],
  model_type: 'bert',
  vocab_size: vocabulary().length,
  hidden_size: 128,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  intermediate_size: 512,
  // [CLS] and [SEP] go around the words; 32 leaves room for a pair of short sentences.
  max_position_embeddings: Math.max(32, MAX_WORDS + 2),
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  initializer_range: 0.02,
  pad_token_id: 0,
};
