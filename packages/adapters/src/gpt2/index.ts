import { defineAdapter, type Adapter } from '../adapter.js';
import { families, oneAndPerLayer } from '../shared/index.js';
import { findGpt2Sites } from './find-sites.js';
import { gpt2Rates } from './rates.js';

/** GPT-2 (Radford et al., 2019). */
export const gpt2: Adapter = defineAdapter({
  family: families.gpt2,
  modelTypes: ['gpt2'],
  rates: gpt2Rates,
  find: findGpt2Sites,
  countSites: oneAndPerLayer(3, 'n_layer'),
});

export { findGpt2Sites } from './find-sites.js';
export { gpt2Rates, type Gpt2Rates } from './rates.js';
