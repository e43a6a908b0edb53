import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { HeadOf } from '../architecture.js';
import { activations, emitRelu } from '../shared/activation.js';
import type { EncoderConfig } from '../shared/encoder-config.js';
import { emitFirstTokenClassifier } from '../shared/first-token-classifier.js';
import { emitMaskedLmHead } from '../shared/masked-lm-head.js';
import type { Tie } from '../shared/tied-weights.js';
import { emitDistilBertEncoder } from './encoder.js';

const wordEmbeddings = 'distilbert.embeddings.word_embeddings.weight';
const decoderMatrix = 'vocab_projector.weight';

/** The masked-LM head has its matrix in the embeddings. */
export function distilBertTies({ tiedEmbeddings }: EncoderConfig): readonly Tie[] {
  return tiedEmbeddings ? [[wordEmbeddings, decoderMatrix]] : [];
}

/** Vocabulary logits of `DistilBertForMaskedLM`. */
export function emitDistilBertMaskedLm(
  weights: WeightSource,
  config: EncoderConfig,
  { labelledPositionsOnly = false }: HeadOf<'masked-lm'>,
): string {
  const head = {
    ...config,
    embeddingSize: config.hiddenSize,
    activation: activations[config.activation],
    names: {
      dense: 'vocab_transform',
      norm: 'vocab_layer_norm',
      decoder: 'vocab_projector',
      matrix: config.tiedEmbeddings ? wordEmbeddings : decoderMatrix,
      bias: 'vocab_projector.bias',
    },
  };
  return emitMaskedLmHead(weights, head, emitDistilBertEncoder(weights, config), labelledPositionsOnly);
}

/** Class logits of `DistilBertForSequenceClassification`. */
export function emitDistilBertClassification(
  weights: WeightSource,
  config: EncoderConfig,
  { labels }: HeadOf<'sequence-classification'>,
): string {
  const head = {
    hiddenSize: config.hiddenSize,
    numLabels: labels.length,
    activation: emitRelu,
    dense: 'pre_classifier',
    output: 'classifier',
  };
  return emitFirstTokenClassifier(weights, head, emitDistilBertEncoder(weights, config));
}
