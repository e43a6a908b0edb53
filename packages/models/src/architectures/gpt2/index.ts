import { defineArchitecture } from '../shared/define-architecture.js';
import { readGpt2Config, type Gpt2Config } from './config.js';
import { emitGpt2CausalLm, emitGpt2Classifier } from './heads.js';

/**
 * GPT-2: `GPT2LMHeadModel` and `GPT2ForSequenceClassification`.
 *
 * Older checkpoints also hold each layer's causal mask, the buffers `attn.bias` and `attn.masked_bias`. They are no
 * parameters, and nothing reads them.
 */
export const gpt2 = defineArchitecture<Gpt2Config>({
  modelType: 'gpt2',
  basePrefix: 'transformer.',
  baseModules: ['wte', 'wpe', 'h', 'ln_f'],
  readConfig: readGpt2Config,
  ties: ({ tiedEmbeddings }) => (tiedEmbeddings ? [['transformer.wte.weight', 'lm_head.weight']] : []),
  heads: {
    'causal-lm': { className: 'GPT2LMHeadModel', emit: emitGpt2CausalLm },
    'sequence-classification': {
      className: 'GPT2ForSequenceClassification',
      newParameters: /^score\./,
      labelParameters: /^score\./,
      emit: (weights, config, head) => emitGpt2Classifier(weights, config, head.labels.length),
    },
  },
});
