import { GuidedDropoutError } from '@guided-dropout/core';
import type { ConfigReader } from '../../checkpoint/config-reader.js';

/** The fields of a BERT config.json that decide what the graph computes. */
export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  readonly initializerRange: number;
  readonly tiedEmbeddings: boolean;
}

/**
 * Reads and checks the configuration of a BERT (Devlin et al., 2019, as Hugging Face stores it).
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readBertConfig(config: ConfigReader): BertConfig {
  config.oneOf('hidden_act', ['gelu'], 'gelu');
  config.oneOf('position_embedding_type', ['absolute'], 'absolute');
  config.oneOf('is_decoder', [false], false);
  const hiddenSize = config.size('hidden_size');
  const numHeads = config.size('num_attention_heads');
  if (hiddenSize % numHeads !== 0) {
    throw new GuidedDropoutError('MODEL_CONFIG', {
      where: `${config.where}, field 'num_attention_heads'`,
      expected: `a divisor of hidden_size ${hiddenSize}`,
      received: String(numHeads),
      fix: 'Check that config.json belongs to this checkpoint.',
    });
  }
  return {
    vocabSize: config.size('vocab_size'),
    hiddenSize,
    numLayers: config.size('num_hidden_layers', 1000),
    numHeads,
    intermediateSize: config.size('intermediate_size'),
    maxPositions: config.size('max_position_embeddings'),
    typeVocabSize: config.size('type_vocab_size'),
    layerNormEpsilon: config.positive('layer_norm_eps', 1e-12),
    initializerRange: config.positive('initializer_range', 0.02),
    tiedEmbeddings: config.oneOf('tie_word_embeddings', [true, false], true),
  };
}
