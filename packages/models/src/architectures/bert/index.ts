import type { Architecture } from '../architecture.js';
import { defineArchitecture } from '../shared/define-architecture.js';
import { readEncoderConfig } from '../shared/encoder-config.js';
import { bertTies, emitBertClassification, emitBertMaskedLm } from './heads.js';

/** BERT (Devlin et al., 2019): `BertForMaskedLM` and `BertForSequenceClassification`. */
export const bert: Architecture = defineArchitecture({
  modelType: 'bert',
  basePrefix: 'bert.',
  baseModules: ['embeddings', 'encoder', 'pooler'],
  readConfig: (config) => readEncoderConfig(config),
  ties: bertTies,
  heads: {
    'masked-lm': {
      className: 'BertForMaskedLM',
      emit: emitBertMaskedLm,
    },
    'sequence-classification': {
      className: 'BertForSequenceClassification',
      // A pretrained checkpoint has no classifier, and often no pooler.
      newParameters: /^(classifier|bert\.pooler\.dense)\./,
      labelParameters: /^classifier\./,
      emit: emitBertClassification,
    },
  },
});
