export { estimateFisher, type FisherEstimate, type FisherOptions } from './estimate.js';
export { buildFisherGraph, squaredSumOutput, type FisherGraph } from './fisher-graph.js';
export { layerScores } from './layer-scores.js';
export { collateMasked } from './objectives/collate-masked.js';
export { maskTokens, type MaskedExample, type MaskingVocabulary } from './objectives/masked-lm.js';
