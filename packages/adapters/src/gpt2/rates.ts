import { readRate, type Config } from '../shared/index.js';

/** The rates a GPT-2 was published with. */
export interface Gpt2Rates {
  /** `embd_pdrop` in [0, 1). */
  readonly embeddings: number;
  /** `attn_pdrop` in [0, 1): attention probabilities. */
  readonly attention: number;
  /** `resid_pdrop` in [0, 1): ends of residual branches. */
  readonly residual: number;
}

/** The rates of a GPT-2's config.json; 0.1 unless told. */
export function gpt2Rates(config: Config): Gpt2Rates {
  return {
    embeddings: readRate(config, 'embd_pdrop', 0.1),
    attention: readRate(config, 'attn_pdrop', 0.1),
    residual: readRate(config, 'resid_pdrop', 0.1),
  };
}
