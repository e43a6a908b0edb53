export {
  generateAcceptability,
  type AcceptabilityExample,
  type AcceptabilityOptions,
} from './acceptability/acceptability.js';
export { acceptabilityTsv } from './acceptability/acceptability-tsv.js';
export { PHENOMENA, type Phenomenon } from './acceptability/phenomena.js';
export {
  splitAcceptability,
  type SplitAcceptability,
  type SplitAcceptabilityOptions,
} from './acceptability/split-acceptability.js';
export { BigramModel, type BigramOptions } from './bigram/bigram-model.js';
export { maskedAccuracy, type MaskedWordPredictor } from './bigram/masked-accuracy.js';
export { maskedPositions, type MaskedPosition } from './bigram/masked-positions.js';
export { generateCorpus, type CorpusOptions } from './corpus.js';
export { MAX_WORDS } from './grammar/sentence.js';
export { wordForms } from './lexicon/word-forms.js';
export { modelFolder } from './model-folder.js';
export { splitCorpus, type SplitCorpus, type SplitCorpusOptions } from './split-corpus.js';
export { tokenizerConfig, tokenizerJson, vocabulary } from './tokenizer/tokenizer-files.js';
