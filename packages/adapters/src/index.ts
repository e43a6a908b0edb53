export { bernoulliNoise } from './bernoulli-noise.js';
export type { LocatedSite } from './located-site.js';
export { patchDropout, rateInputName, type PatchedGraph, type PatchedSite, type PatchOptions } from './patch.js';
