import { readRate, type Config, type EncoderRates } from '../shared/index.js';

/**
 * `hidden_dropout_prob`, `attention_probs_dropout_prob` and `classifier_dropout_prob` of an ALBERT's config.json; 0, 0 and
 * 0.1 unless told.
 */
export function albertRates(config: Config): EncoderRates {
  return {
    hidden: readRate(config, 'hidden_dropout_prob', 0),
    attention: readRate(config, 'attention_probs_dropout_prob', 0),
    classifier: readRate(config, 'classifier_dropout_prob', 0.1),
  };
}
