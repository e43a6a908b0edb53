export { findBertSites, type BertRates } from './find-sites.js';
export { bertRates } from './rates.js';
