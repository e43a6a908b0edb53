import { readRate, type Config } from '../shared/index.js';

/** The rates a Llama-style model was published with. */
export interface LlamaRates {
  /** `attention_dropout` in [0, 1). */
  readonly attention: number;
}

/** The rate of a Llama's, Mistral's or Qwen 2's config.json; 0 unless told. */
export function llamaRates(config: Config): LlamaRates {
  return { attention: readRate(config, 'attention_dropout', 0) };
}
