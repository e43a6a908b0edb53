import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { HeadOf } from '../architecture.js';
import { activations, emitTanh } from '../shared/activation.js';
import type { EncoderConfig } from '../shared/encoder-config.js';
import { emitFirstTokenClassifier } from '../shared/first-token-classifier.js';
import { emitMaskedLmHead } from '../shared/masked-lm-head.js';
import type { Tie } from '../shared/tied-weights.js';
import { emitBertEncoder } from './encoder.js';

const predictions = 'cls.predictions';
const wordEmbeddings = 'bert.embeddings.word_embeddings.weight';
const decoderMatrix = `${predictions}.decoder.weight`;
const decoderBias = `${predictions}.bias`;

/** The masked-LM head has its bias twice, and its matrix in the embeddings. */
export function bertTies({ tiedEmbeddings }: EncoderConfig): readonly Tie[] {
  const bias: Tie = [decoderBias, `${predictions}.decoder.bias`];
  return tiedEmbeddings ? [bias, [wordEmbeddings, decoderMatrix]] : [bias];
}

/** Vocabulary logits of `BertForMaskedLM`. */
export function emitBertMaskedLm(
  weights: WeightSource,
  config: EncoderConfig,
  { labelledPositionsOnly = false }: HeadOf<'masked-lm'>,
): string {
  const head = {
    ...config,
    embeddingSize: config.hiddenSize,
    activation: activations[config.activation],
    names: {
      dense: `${predictions}.transform.dense`,
      norm: `${predictions}.transform.LayerNorm`,
      decoder: `${predictions}.decoder`,
      matrix: config.tiedEmbeddings ? wordEmbeddings : decoderMatrix,
      bias: decoderBias,
    },
  };
  return emitMaskedLmHead(weights, head, emitBertEncoder(weights, config), labelledPositionsOnly);
}

/** Class logits of `BertForSequenceClassification`: the pooler, then the classifier. */
export function emitBertClassification(
  weights: WeightSource,
  config: EncoderConfig,
  { labels }: HeadOf<'sequence-classification'>,
): string {
  const head = {
    hiddenSize: config.hiddenSize,
    numLabels: labels.length,
    activation: emitTanh,
    dense: 'bert.pooler.dense',
    output: 'classifier',
  };
  return emitFirstTokenClassifier(weights, head, emitBertEncoder(weights, config));
}
