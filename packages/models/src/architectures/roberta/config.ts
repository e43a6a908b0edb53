import type { ConfigReader } from '../../checkpoint/config-reader.js';
import { readEncoderConfig, type EncoderConfig } from '../shared/encoder-config.js';

/** The fields of a RoBERTa config.json that decide what the graph computes. */
export interface RobertaConfig extends EncoderConfig {
  readonly padTokenId: number;
}

/**
 * Reads and checks the configuration of a RoBERTa. Its first position is `pad_token_id` + 1, so that of 514 positions
 * an input has 512.
 *
 * @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported.
 */
export function readRobertaConfig(config: ConfigReader): RobertaConfig {
  const encoder = readEncoderConfig(config);
  const padTokenId = config.tokenId('pad_token_id', encoder.vocabSize, 1);
  const maxLength = encoder.maxPositions - padTokenId - 1;
  if (maxLength < 1) throw config.error('max_position_embeddings', `more than pad_token_id ${padTokenId} + 1`);
  return { ...encoder, padTokenId, maxLength };
}
