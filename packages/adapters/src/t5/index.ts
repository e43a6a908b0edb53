import { defineAdapter, type Adapter } from '../adapter.js';
import { countIn, families } from '../shared/index.js';
import { findT5Sites } from './find-sites.js';
import { t5Rates } from './rates.js';

/** T5 1.0 and 1.1 (Raffel et al., 2020), and so FLAN-T5. */
export const t5: Adapter = defineAdapter({
  family: families.t5,
  modelTypes: ['t5'],
  rates: t5Rates,
  find: findT5Sites,
  countSites(config) {
    const layers = countIn(config, 'num_layers');
    return layers === undefined ? undefined : 4 + 4 * layers + 6 * (countIn(config, 'num_decoder_layers') ?? layers);
  },
});

export { findT5Sites } from './find-sites.js';
export { t5Rates, type T5Rates } from './rates.js';
