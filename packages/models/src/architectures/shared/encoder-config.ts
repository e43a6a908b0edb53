import type { ConfigReader } from '../../checkpoint/config-reader.js';
import { readActivation, type ActivationName } from './activation.js';
import type { CommonConfig } from './define-architecture.js';

/** The fields that BERT shares with the encoders made after it. */
export interface EncoderConfig extends CommonConfig {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly intermediateSize: number;
  readonly activation: ActivationName;
  /** Rows of the table of positions. */
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  /** Whether the word embeddings are the matrix of the masked-LM head, too. */
  readonly tiedEmbeddings: boolean;
}

/**
 * Reads these fields of a config.json.
 *
 * @param usualActivation where the file names none.
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readEncoderConfig(config: ConfigReader, usualActivation: ActivationName = 'gelu'): EncoderConfig {
  config.oneOf('position_embedding_type', ['absolute'], 'absolute');
  config.oneOf('is_decoder', [false], false);
  const maxPositions = config.size('max_position_embeddings');
  return {
    vocabSize: config.size('vocab_size'),
    hiddenSize: config.size('hidden_size'),
    numLayers: config.size('num_hidden_layers', 1000),
    numHeads: readNumHeads(config, 'num_attention_heads', 'hidden_size'),
    intermediateSize: config.size('intermediate_size'),
    activation: readActivation(config, 'hidden_act', usualActivation),
    maxPositions,
    maxLength: maxPositions,
    typeVocabSize: config.size('type_vocab_size'),
    layerNormEpsilon: config.positive('layer_norm_eps', 1e-12),
    initializerRange: config.positive('initializer_range', 0.02),
    tiedEmbeddings: config.oneOf('tie_word_embeddings', [true, false], true),
  };
}

/** The number of attention heads, which divide the hidden size between them. */
export function readNumHeads(config: ConfigReader, field: string, sizeField: string): number {
  const numHeads = config.size(field);
  const size = config.size(sizeField);
  if (size % numHeads === 0) return numHeads;
  throw config.error(field, `a divisor of ${sizeField} ${size}`);
}
