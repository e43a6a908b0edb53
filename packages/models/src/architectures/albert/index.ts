import type { Architecture } from '../architecture.js';
import { defineArchitecture } from '../shared/define-architecture.js';
import { readAlbertConfig } from './config.js';
import { albertTies, emitAlbertClassification, emitAlbertMaskedLm } from './heads.js';

/** ALBERT (Lan et al., 2020): `AlbertForMaskedLM` and `AlbertForSequenceClassification`. */
export const albert: Architecture = defineArchitecture({
  modelType: 'albert',
  basePrefix: 'albert.',
  baseModules: ['embeddings', 'encoder', 'pooler'],
  readConfig: readAlbertConfig,
  ties: albertTies,
  heads: {
    'masked-lm': {
      className: 'AlbertForMaskedLM',
      emit: emitAlbertMaskedLm,
    },
    'sequence-classification': {
      className: 'AlbertForSequenceClassification',
      newParameters: /^(classifier|albert\.pooler)\./,
      labelParameters: /^classifier\./,
      emit: emitAlbertClassification,
    },
  },
});
