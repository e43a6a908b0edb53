import type { ConfigReader } from '../../checkpoint/config-reader.js';
import { readEncoderConfig, type EncoderConfig } from '../shared/encoder-config.js';

/** The fields of an ELECTRA config.json that decide what the graph computes. */
export interface ElectraConfig extends EncoderConfig {
  readonly embeddingSize: number;
}

/**
 * Reads and checks the configuration of an ELECTRA, generator or discriminator.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readElectraConfig(config: ConfigReader): ElectraConfig {
  return { ...readEncoderConfig(config), embeddingSize: config.sizeOr('embedding_size', 128) };
}
