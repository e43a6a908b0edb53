import { defineAdapter, type Adapter } from '../adapter.js';
import { countIn, families } from '../shared/index.js';
import { findLlamaSites } from './find-sites.js';
import { llamaRates } from './rates.js';

/** Llama (Touvron et al., 2023), and what has its shape: Mistral, Qwen 2. */
export const llama: Adapter = defineAdapter({
  family: families.llama,
  modelTypes: ['llama', 'mistral', 'qwen2'],
  rates: llamaRates,
  find: findLlamaSites,
  countSites: (config) => countIn(config, 'num_hidden_layers'),
});

export { findLlamaSites } from './find-sites.js';
export { llamaRates, type LlamaRates } from './rates.js';
