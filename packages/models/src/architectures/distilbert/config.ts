import type { ConfigReader } from '../../checkpoint/config-reader.js';
import { readActivation } from '../shared/activation.js';
import { readNumHeads, type EncoderConfig } from '../shared/encoder-config.js';

/**
 * Reads and checks the configuration of a DistilBERT, whose fields have names of their own; it has no token types.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readDistilBertConfig(config: ConfigReader): EncoderConfig {
  // A table of sines would have to stay as it is in training.
  config.oneOf('sinusoidal_pos_embds', [false], false);
  const maxPositions = config.size('max_position_embeddings');
  return {
    vocabSize: config.size('vocab_size'),
    hiddenSize: config.size('dim'),
    numLayers: config.size('n_layers', 1000),
    numHeads: readNumHeads(config, 'n_heads', 'dim'),
    intermediateSize: config.size('hidden_dim'),
    activation: readActivation(config, 'activation', 'gelu'),
    maxPositions,
    maxLength: maxPositions,
    typeVocabSize: 0,
    // A constant in the model's code, not in its configuration.
    layerNormEpsilon: 1e-12,
    initializerRange: config.positive('initializer_range', 0.02),
    tiedEmbeddings: config.oneOf('tie_word_embeddings', [true, false], true),
  };
}
