import type { Architecture } from '../architecture.js';
import { defineArchitecture } from '../shared/define-architecture.js';
import { readRobertaConfig } from './config.js';
import { emitRobertaClassification, emitRobertaMaskedLm, robertaTies } from './heads.js';

/** RoBERTa (Liu et al., 2019): `RobertaForMaskedLM` and `RobertaForSequenceClassification`. */
export const roberta: Architecture = robertaAs('roberta', 'Roberta');

/** XLM-R (Conneau et al., 2020): the network of RoBERTa, under its names, trained on other texts. */
export const xlmRoberta: Architecture = robertaAs('xlm-roberta', 'XLMRoberta');

/** CamemBERT (Martin et al., 2020): the same, on French. */
export const camembert: Architecture = robertaAs('camembert', 'Camembert');

function robertaAs(modelType: string, classPrefix: string): Architecture {
  return defineArchitecture({
    modelType,
    basePrefix: 'roberta.',
    baseModules: ['embeddings', 'encoder', 'pooler'],
    readConfig: readRobertaConfig,
    ties: robertaTies,
    heads: {
      'masked-lm': {
        className: `${classPrefix}ForMaskedLM`,
        emit: emitRobertaMaskedLm,
      },
      'sequence-classification': {
        className: `${classPrefix}ForSequenceClassification`,
        newParameters: /^classifier\./,
        labelParameters: /^classifier\.out_proj\./,
        emit: emitRobertaClassification,
      },
    },
  });
}
