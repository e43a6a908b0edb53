import type { ConfigReader } from '../../checkpoint/config-reader.js';
import { readEncoderConfig, type EncoderConfig } from '../shared/encoder-config.js';

/** The fields of an ALBERT config.json that decide what the graph computes. */
export interface AlbertConfig extends EncoderConfig {
  readonly embeddingSize: number;
  /** Groups of layers with weights of their own; the layers of a group share theirs. */
  readonly numGroups: number;
  /** Layers, each with its own weights, that make up one of a group. */
  readonly numInnerLayers: number;
}

/**
 * Reads and checks the configuration of an ALBERT.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readAlbertConfig(config: ConfigReader): AlbertConfig {
  const encoder = readEncoderConfig(config, 'gelu_new');
  return {
    ...encoder,
    embeddingSize: config.sizeOr('embedding_size', 128),
    numGroups: config.sizeOr('num_hidden_groups', 1, encoder.numLayers),
    numInnerLayers: config.sizeOr('inner_group_num', 1, 1000),
  };
}
