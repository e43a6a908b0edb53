import type { Architecture } from '../architecture.js';
import { defineArchitecture } from '../shared/define-architecture.js';
import { readElectraConfig } from './config.js';
import { electraTies, emitElectraClassification, emitElectraDiscriminator, emitElectraMaskedLm } from './heads.js';

/**
 * ELECTRA (Clark et al., 2020): `ElectraForMaskedLM`, the generator; `ElectraForPreTraining`, the discriminator; and
 * `ElectraForSequenceClassification`.
 */
export const electra: Architecture = defineArchitecture({
  modelType: 'electra',
  basePrefix: 'electra.',
  baseModules: ['embeddings', 'embeddings_project', 'encoder'],
  readConfig: readElectraConfig,
  ties: electraTies,
  heads: {
    'masked-lm': {
      className: 'ElectraForMaskedLM',
      emit: emitElectraMaskedLm,
    },
    'replaced-token-detection': {
      className: 'ElectraForPreTraining',
      emit: emitElectraDiscriminator,
    },
    'sequence-classification': {
      className: 'ElectraForSequenceClassification',
      newParameters: /^classifier\./,
      labelParameters: /^classifier\.out_proj\./,
      emit: emitElectraClassification,
    },
  },
});
