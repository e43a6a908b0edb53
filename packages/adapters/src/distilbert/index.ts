import { defineAdapter, type Adapter } from '../adapter.js';
import { families, oneAndPerLayer } from '../shared/index.js';
import { findDistilBertSites } from './find-sites.js';
import { distilBertRates } from './rates.js';

/** DistilBERT (Sanh et al., 2019). */
export const distilbert: Adapter = defineAdapter({
  family: families.distilbert,
  modelTypes: ['distilbert'],
  rates: distilBertRates,
  find: findDistilBertSites,
  countSites: oneAndPerLayer(2, 'n_layers'),
});

export type { EncoderRates as DistilBertRates } from '../shared/index.js';
export { findDistilBertSites } from './find-sites.js';
export { distilBertRates } from './rates.js';
