// What adapters are made of. No entry of the build, and so not published.
export { affine, optionallyBiased } from './affine.js';
export { attentionProbabilities } from './attention.js';
export { addBertEncoderSites, addEmbeddingsSite, encoderRates, type EncoderRates } from './bert-encoder.js';
export { addClassifierSite, addTwoLayerHeadSites, applied } from './classifier-sites.js';
export { families } from './families.js';
export { refuseFusedOperators } from './fused-operators.js';
export { GraphIndex } from './graph-index.js';
export { countIn, oneAndPerLayer } from './layer-count.js';
export { requireLayersInFront } from './layers-in-front.js';
export { linearLayer, linearLayers, productsWith } from './linear.js';
export { liveDropout, ratioOf, withDropoutNodes } from './live-dropout.js';
export { ModelGraph } from './model-graph.js';
export { normalisation, normalisations } from './normalisation.js';
export { nearestWeights, untransposed, weightOf } from './nearest-weights.js';
export { readRate, type Config } from './read-rate.js';
export { postNormBranch, preNormBranch } from './residual.js';
export { SiteCollector } from './site-collector.js';
export { soleInput } from './sole-input.js';
