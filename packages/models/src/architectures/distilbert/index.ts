import type { Architecture } from '../architecture.js';
import { defineArchitecture } from '../shared/define-architecture.js';
import { readDistilBertConfig } from './config.js';
import { distilBertTies, emitDistilBertClassification, emitDistilBertMaskedLm } from './heads.js';

/** DistilBERT (Sanh et al., 2019): `DistilBertForMaskedLM` and `DistilBertForSequenceClassification`. */
export const distilbert: Architecture = defineArchitecture({
  modelType: 'distilbert',
  basePrefix: 'distilbert.',
  baseModules: ['embeddings', 'transformer'],
  readConfig: readDistilBertConfig,
  ties: distilBertTies,
  heads: {
    'masked-lm': {
      className: 'DistilBertForMaskedLM',
      emit: emitDistilBertMaskedLm,
    },
    'sequence-classification': {
      className: 'DistilBertForSequenceClassification',
      newParameters: /^(pre_classifier|classifier)\./,
      labelParameters: /^classifier\./,
      emit: emitDistilBertClassification,
    },
  },
});
