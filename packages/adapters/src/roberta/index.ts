import { defineAdapter, type Adapter } from '../adapter.js';
import { encoderRates, families, oneAndPerLayer } from '../shared/index.js';
import { findRobertaSites } from './find-sites.js';

/** RoBERTa (Liu et al., 2019); XLM-R and CamemBERT are the same network. */
export const roberta: Adapter = defineAdapter({
  family: families.roberta,
  modelTypes: ['roberta', 'xlm-roberta', 'camembert'],
  rates: encoderRates,
  find: findRobertaSites,
  countSites: oneAndPerLayer(3, 'num_hidden_layers'),
});

export { encoderRates as robertaRates, type EncoderRates as RobertaRates } from '../shared/index.js';
export { findRobertaSites } from './find-sites.js';
