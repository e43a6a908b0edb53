import type { ConfigReader } from '../../checkpoint/config-reader.js';
import type { CommonConfig } from '../shared/define-architecture.js';

/** The fields of a T5 config.json that decide what the graph computes. */
export interface T5Config extends CommonConfig {
  readonly hiddenSize: number;
  /** Attention's heads times `headSize` need not be the hidden size. */
  readonly numHeads: number;
  readonly headSize: number;
  readonly innerSize: number;
  readonly numEncoderLayers: number;
  readonly numDecoderLayers: number;
  readonly numBuckets: number;
  readonly maxDistance: number;
  readonly rmsNormEpsilon: number;
  /** Whether the feed-forward layers are gated, as from version 1.1, or plain ReLU. */
  readonly gated: boolean;
  /** Whether `lm_head` is the table of embeddings. */
  readonly tiedEmbeddings: boolean;
  /** Scales the initial values of all matrices. */
  readonly initializerFactor: number;
  readonly eosTokenId: number;
  readonly decoderStartTokenId: number;
}

/** T5 has no table of positions; where the configuration names no `n_positions`, its inputs in training were so long. */
const TRAINED_LENGTH = 512;

/**
 * Reads and checks the configuration of a T5 1.0 or 1.1 (Raffel et al., 2020, as Hugging Face stores it).
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readT5Config(config: ConfigReader): T5Config {
  config.oneOf('is_encoder_decoder', [true], true);
  const vocabSize = config.size('vocab_size');
  const hiddenSize = config.size('d_model');
  const numEncoderLayers = config.size('num_layers', 1000);
  const initializerFactor = config.positive('initializer_factor', 1);
  return {
    vocabSize,
    maxLength: config.sizeOr('n_positions', TRAINED_LENGTH),
    initializerRange: initializerFactor / Math.sqrt(hiddenSize),
    initializerFactor,
    hiddenSize,
    numHeads: config.size('num_heads'),
    headSize: config.size('d_kv'),
    innerSize: config.size('d_ff'),
    numEncoderLayers,
    numDecoderLayers: config.sizeOr('num_decoder_layers', numEncoderLayers, 1000),
    ...readRelativePositions(config),
    rmsNormEpsilon: config.positive('layer_norm_epsilon', 1e-6),
    gated: config.oneOf('feed_forward_proj', ['relu', 'gated-gelu'], 'relu') === 'gated-gelu',
    tiedEmbeddings: readTied(config),
    eosTokenId: config.tokenId('eos_token_id', vocabSize, 1),
    decoderStartTokenId: config.tokenId('decoder_start_token_id', vocabSize, 0),
  };
}

/** transformers 5 writes `tie_word_embeddings` true for every T5, and what it said before as `scale_decoder_outputs`. */
function readTied(config: ConfigReader): boolean {
  const tied = config.oneOf('tie_word_embeddings', [true, false], true);
  return config.oneOf('scale_decoder_outputs', [true, false], tied);
}

function readRelativePositions(config: ConfigReader): Pick<T5Config, 'numBuckets' | 'maxDistance'> {
  const numBuckets = config.sizeOr('relative_attention_num_buckets', 32, 2 ** 16);
  // Half of them are for each side, and half of those for single distances, of which there has to be one.
  if (numBuckets < 4) throw config.error('relative_attention_num_buckets', 'at least 4');
  const maxDistance = config.sizeOr('relative_attention_max_distance', 128, 2 ** 20);
  const numExact = Math.floor(numBuckets / 2);
  if (maxDistance > numExact) return { numBuckets, maxDistance };
  throw config.error('relative_attention_max_distance', `more than ${numExact}, half of the buckets`);
}
