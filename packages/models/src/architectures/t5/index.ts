import { defineArchitecture } from '../shared/define-architecture.js';
import { readT5Config, type T5Config } from './config.js';
import { CLASSIFIER_PREFIX, emitT5Classifier, emitT5Seq2SeqLm } from './heads.js';

/** T5 1.0 and 1.1 (and so FLAN-T5): `T5ForConditionalGeneration` and `T5ForSequenceClassification`. */
export const t5 = defineArchitecture<T5Config>({
  modelType: 't5',
  basePrefix: '',
  baseModules: ['shared', 'encoder', 'decoder'],
  readConfig: readT5Config,
  ties: ({ tiedEmbeddings }, prefix) => [
    [
      `${prefix}shared.weight`,
      `${prefix}encoder.embed_tokens.weight`,
      `${prefix}decoder.embed_tokens.weight`,
      ...(tiedEmbeddings ? ['lm_head.weight'] : []),
    ],
  ],
  heads: {
    'seq2seq-lm': { className: 'T5ForConditionalGeneration', emit: emitT5Seq2SeqLm },
    'sequence-classification': {
      className: 'T5ForSequenceClassification',
      basePrefix: CLASSIFIER_PREFIX,
      newParameters: /^classification_head\./,
      labelParameters: /^classification_head\.out_proj\./,
      emit: (weights, config, head) => emitT5Classifier(weights, config, head.labels.length),
    },
  },
});
