import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitLastTokenClassifier } from '../shared/last-token.js';
import { emitProjection } from '../shared/linear.js';
import type { Gpt2Config } from './config.js';
import { emitGpt2Decoder } from './decoder.js';

/** Vocabulary logits of `GPT2LMHeadModel`, `[batch, length, vocabulary]`. */
export function emitGpt2CausalLm(weights: WeightSource, config: Gpt2Config): string {
  const { builder } = weights;
  const { hidden } = emitGpt2Decoder(weights, config);
  return builder.scope('lm_head', () => {
    const name = config.tiedEmbeddings ? 'transformer.wte.weight' : 'lm_head.weight';
    return emitProjection(builder, hidden, weights.weight(name, [config.vocabSize, config.hiddenSize], 'normal'));
  });
}

/** Class logits of `GPT2ForSequenceClassification`, `[batch, labels]`. */
export function emitGpt2Classifier(weights: WeightSource, config: Gpt2Config, numLabels: number): string {
  return emitLastTokenClassifier(weights, config, emitGpt2Decoder(weights, config), numLabels);
}
