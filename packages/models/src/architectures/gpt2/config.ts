import type { ConfigReader } from '../../checkpoint/config-reader.js';
import { activations, type ActivationName } from '../shared/activation.js';
import type { CommonConfig } from '../shared/define-architecture.js';
import { readNumHeads } from '../shared/encoder-config.js';
import { readPadTokenId } from '../shared/last-token.js';

/** The fields of a GPT-2 config.json that decide what the graph computes. */
export interface Gpt2Config extends CommonConfig {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly headSize: number;
  readonly innerSize: number;
  readonly layerNormEpsilon: number;
  readonly activation: ActivationName;
  /** Whether scores are divided by the square root of the head size. */
  readonly scaledByHeadSize: boolean;
  /** Whether those of layer i, from 0, are divided by i + 1. */
  readonly scaledByLayer: boolean;
  readonly tiedEmbeddings: boolean;
  readonly padTokenId: number | undefined;
}

/**
 * Reads and checks the configuration of a GPT-2 (Radford et al., 2019, as Hugging Face stores it).
 *
 * `reorder_and_upcast_attn` may say either: it guards half precision, and here all is float32.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readGpt2Config(config: ConfigReader): Gpt2Config {
  config.oneOf('add_cross_attention', [false], false);
  const hiddenSize = config.size('n_embd');
  const numHeads = readNumHeads(config, 'n_head', 'n_embd');
  const vocabSize = config.size('vocab_size');
  return {
    vocabSize,
    maxLength: config.size('n_positions'),
    initializerRange: config.positive('initializer_range', 0.02),
    hiddenSize,
    numLayers: config.size('n_layer', 1000),
    numHeads,
    headSize: hiddenSize / numHeads,
    innerSize: config.sizeOr('n_inner', 4 * hiddenSize),
    layerNormEpsilon: config.positive('layer_norm_epsilon', 1e-5),
    activation: config.oneOf('activation_function', Object.keys(activations) as ActivationName[], 'gelu_new'),
    scaledByHeadSize: config.oneOf('scale_attn_weights', [true, false], true),
    scaledByLayer: config.oneOf('scale_attn_by_inverse_layer_idx', [true, false], false),
    tiedEmbeddings: config.oneOf('tie_word_embeddings', [true, false], true),
    padTokenId: readPadTokenId(config, vocabSize),
  };
}
