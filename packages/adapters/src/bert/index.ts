import { defineAdapter, type Adapter } from '../adapter.js';
import { encoderRates, families, oneAndPerLayer } from '../shared/index.js';
import { findBertSites } from './find-sites.js';

/** BERT (Devlin et al., 2019), and MiniLM, which is one. */
export const bert: Adapter = defineAdapter({
  family: families.bert,
  modelTypes: ['bert'],
  rates: encoderRates,
  find: findBertSites,
  countSites: oneAndPerLayer(3, 'num_hidden_layers'),
});

export { encoderRates as bertRates, type EncoderRates as BertRates } from '../shared/index.js';
export { findBertSites } from './find-sites.js';
