import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitLastTokenClassifier } from '../shared/last-token.js';
import { emitProjection } from '../shared/linear.js';
import type { LlamaConfig } from './config.js';
import { emitLlamaDecoder } from './decoder.js';

/** Vocabulary logits of `LlamaForCausalLM`, `[batch, length, vocabulary]`. */
export function emitLlamaCausalLm(weights: WeightSource, config: LlamaConfig): string {
  const { builder } = weights;
  const { hidden } = emitLlamaDecoder(weights, config);
  return builder.scope('lm_head', () => {
    const name = config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
    return emitProjection(builder, hidden, weights.weight(name, [config.vocabSize, config.hiddenSize], 'normal'));
  });
}

/** Class logits of `LlamaForSequenceClassification`, `[batch, labels]`. */
export function emitLlamaClassifier(weights: WeightSource, config: LlamaConfig, numLabels: number): string {
  return emitLastTokenClassifier(weights, config, emitLlamaDecoder(weights, config), numLabels);
}
