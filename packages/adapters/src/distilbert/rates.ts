import { readRate, type Config, type EncoderRates } from '../shared/index.js';

/** `dropout`, `attention_dropout` and `seq_classif_dropout` of a DistilBERT's config.json; 0.1, 0.1 and 0.2 unless told. */
export function distilBertRates(config: Config): EncoderRates {
  return {
    hidden: readRate(config, 'dropout', 0.1),
    attention: readRate(config, 'attention_dropout', 0.1),
    classifier: readRate(config, 'seq_classif_dropout', 0.2),
  };
}
