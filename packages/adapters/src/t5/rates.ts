import { readRate, type Config } from '../shared/index.js';

/** The rates a T5 was published with. */
export interface T5Rates {
  /** `dropout_rate` in [0, 1): every site of encoder and decoder. */
  readonly hidden: number;
  /** `classifier_dropout` in [0, 1). */
  readonly classifier: number;
}

/** The rates of a T5's config.json; 0.1 and, for the classifier, 0 unless told. */
export function t5Rates(config: Config): T5Rates {
  return {
    hidden: readRate(config, 'dropout_rate', 0.1),
    classifier: readRate(config, 'classifier_dropout', 0),
  };
}
