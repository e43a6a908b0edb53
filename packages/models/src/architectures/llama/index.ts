import type { ConfigReader } from '../../checkpoint/config-reader.js';
import type { Architecture } from '../architecture.js';
import { defineArchitecture } from '../shared/define-architecture.js';
import { readLlamaConfig, readMistralConfig, readQwen2Config, type LlamaConfig } from './config.js';
import { emitLlamaCausalLm, emitLlamaClassifier } from './heads.js';

/**
 * Llama 1 and 2 and those of the same shape: `LlamaForCausalLM` and `LlamaForSequenceClassification`.
 *
 * Older checkpoints also hold the rotary frequencies, the buffers `rotary_emb.inv_freq`. They are no parameters, and
 * nothing reads them.
 */
export const llama = llamaStyle('llama', 'Llama', readLlamaConfig);

/** Mistral without its sliding window, which is a Llama. */
export const mistral = llamaStyle('mistral', 'Mistral', readMistralConfig);

/** Qwen 2 and 2.5, a Llama whose queries, keys and values have biases. */
export const qwen2 = llamaStyle('qwen2', 'Qwen2', readQwen2Config);

/** An architecture that differs from Llama by nothing but its configuration and the names of its classes. */
function llamaStyle(
  modelType: string,
  classPrefix: string,
  readConfig: (config: ConfigReader) => LlamaConfig,
): Architecture {
  return defineArchitecture<LlamaConfig>({
    modelType,
    basePrefix: 'model.',
    baseModules: ['embed_tokens', 'layers', 'norm'],
    readConfig,
    ties: ({ tiedEmbeddings }) => (tiedEmbeddings ? [['model.embed_tokens.weight', 'lm_head.weight']] : []),
    heads: {
      'causal-lm': { className: `${classPrefix}ForCausalLM`, emit: emitLlamaCausalLm },
      'sequence-classification': {
        className: `${classPrefix}ForSequenceClassification`,
        newParameters: /^score\./,
        labelParameters: /^score\./,
        emit: (weights, config, head) => emitLlamaClassifier(weights, config, head.labels.length),
      },
    },
  });
}
