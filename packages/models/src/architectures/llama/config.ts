import type { ConfigReader } from '../../checkpoint/config-reader.js';
import type { CommonConfig } from '../shared/define-architecture.js';
import { readPadTokenId } from '../shared/last-token.js';
import { readRopeBase } from './rope-base.js';

/** The fields of a Llama-style config.json that decide what the graph computes. */
export interface LlamaConfig extends CommonConfig {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  /** Heads of keys and values; each serves the same number of query heads. */
  readonly numKeyHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly rmsNormEpsilon: number;
  /** The base of the rotary angles' frequencies. */
  readonly ropeBase: number;
  /** Whether the projections to queries, keys and values have biases. */
  readonly projectionBias: boolean;
  /** Whether attention's output has. */
  readonly outputBias: boolean;
  /** Whether the three layers of the MLP have. */
  readonly mlpBias: boolean;
  readonly tiedEmbeddings: boolean;
  readonly padTokenId: number | undefined;
}

/**
 * Reads and checks the configuration of a Llama (Touvron et al., 2023, as Hugging Face stores it).
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readLlamaConfig(config: ConfigReader): LlamaConfig {
  const attentionBias = config.oneOf('attention_bias', [true, false], false);
  return {
    ...readDecoderConfig(config),
    projectionBias: attentionBias,
    outputBias: attentionBias,
    mlpBias: config.oneOf('mlp_bias', [true, false], false),
  };
}

/** As {@link readLlamaConfig}, of Mistral (Jiang et al., 2023) where its window hides nothing. */
export function readMistralConfig(config: ConfigReader): LlamaConfig {
  const decoder = readDecoderConfig(config);
  // null is no window; a missing field means the one of the first Mistral.
  const window = config.fields['sliding_window'] === null ? Infinity : config.sizeOr('sliding_window', 4096);
  if (window < decoder.maxLength) {
    throw config.error('sliding_window', `null, or at least max_position_embeddings ${decoder.maxLength}`);
  }
  return { ...decoder, projectionBias: false, outputBias: false, mlpBias: false };
}

/** As {@link readLlamaConfig}, of Qwen 2 (Yang et al., 2024), whose window is off unless `use_sliding_window` is set. */
export function readQwen2Config(config: ConfigReader): LlamaConfig {
  config.oneOf('use_sliding_window', [false], false);
  return { ...readDecoderConfig(config), projectionBias: true, outputBias: false, mlpBias: false };
}

type Biases = 'projectionBias' | 'outputBias' | 'mlpBias';

function readDecoderConfig(config: ConfigReader): Omit<LlamaConfig, Biases> {
  config.oneOf('hidden_act', ['silu'], 'silu');
  const hiddenSize = config.size('hidden_size');
  const numHeads = config.size('num_attention_heads');
  const numKeyHeads = config.sizeOr('num_key_value_heads', numHeads);
  if (numHeads % numKeyHeads !== 0) {
    throw config.error('num_key_value_heads', `a divisor of num_attention_heads ${numHeads}`);
  }
  const vocabSize = config.size('vocab_size');
  return {
    vocabSize,
    maxLength: config.size('max_position_embeddings'),
    initializerRange: config.positive('initializer_range', 0.02),
    hiddenSize,
    numLayers: config.size('num_hidden_layers', 1000),
    numHeads,
    numKeyHeads,
    headSize: readHeadSize(config, hiddenSize, numHeads),
    intermediateSize: config.size('intermediate_size'),
    rmsNormEpsilon: config.positive('rms_norm_eps', 1e-6),
    ropeBase: readRopeBase(config),
    tiedEmbeddings: config.oneOf('tie_word_embeddings', [true, false], false),
    padTokenId: readPadTokenId(config, vocabSize),
  };
}

/** The size of a head: its own field, or the hidden size's share; rotary embeddings turn pairs of its elements. */
function readHeadSize(config: ConfigReader, hiddenSize: number, numHeads: number): number {
  const size = config.sizeOr('head_dim', hiddenSize / numHeads);
  if (Number.isInteger(size) && size % 2 === 0) return size;
  throw config.fields['head_dim'] === undefined
    ? config.error('num_attention_heads', `hidden_size ${hiddenSize} divided by an even number`)
    : config.error('head_dim', 'an even number');
}
