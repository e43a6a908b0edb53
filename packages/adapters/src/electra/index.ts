import { defineAdapter, type Adapter } from '../adapter.js';
import { encoderRates, families, oneAndPerLayer } from '../shared/index.js';
import { findElectraSites } from './find-sites.js';

/** ELECTRA (Clark et al., 2020), generator and discriminator. */
export const electra: Adapter = defineAdapter({
  family: families.electra,
  modelTypes: ['electra'],
  rates: encoderRates,
  find: findElectraSites,
  countSites: oneAndPerLayer(3, 'num_hidden_layers'),
});

export { encoderRates as electraRates, type EncoderRates as ElectraRates } from '../shared/index.js';
export { findElectraSites } from './find-sites.js';
