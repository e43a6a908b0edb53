import { defineAdapter, type Adapter } from '../adapter.js';
import { countIn, families } from '../shared/index.js';
import { findAlbertSites } from './find-sites.js';
import { albertRates } from './rates.js';

/** ALBERT (Lan et al., 2020). */
export const albert: Adapter = defineAdapter({
  family: families.albert,
  modelTypes: ['albert'],
  rates: albertRates,
  find: findAlbertSites,
  countSites(config) {
    const layers = countIn(config, 'num_hidden_layers');
    return layers === undefined ? undefined : 1 + 2 * layers * (countIn(config, 'inner_group_num') ?? 1);
  },
});

export type { EncoderRates as AlbertRates } from '../shared/index.js';
export { findAlbertSites } from './find-sites.js';
export { albertRates } from './rates.js';
