import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { HeadOf } from '../architecture.js';
import { activations, emitTanh } from '../shared/activation.js';
import { emitFirstTokenClassifier } from '../shared/first-token-classifier.js';
import { emitMaskedLmHead } from '../shared/masked-lm-head.js';
import type { Tie } from '../shared/tied-weights.js';
import type { AlbertConfig } from './config.js';
import { emitAlbertEncoder } from './encoder.js';

const wordEmbeddings = 'albert.embeddings.word_embeddings.weight';
const decoderMatrix = 'predictions.decoder.weight';
const decoderBias = 'predictions.bias';

/** The masked-LM head has its bias twice, and its matrix in the embeddings. */
export function albertTies({ tiedEmbeddings }: AlbertConfig): readonly Tie[] {
  const bias: Tie = [decoderBias, 'predictions.decoder.bias'];
  return tiedEmbeddings ? [bias, [wordEmbeddings, decoderMatrix]] : [bias];
}

/** Vocabulary logits of `AlbertForMaskedLM`. */
export function emitAlbertMaskedLm(
  weights: WeightSource,
  config: AlbertConfig,
  { labelledPositionsOnly = false }: HeadOf<'masked-lm'>,
): string {
  const head = {
    ...config,
    activation: activations[config.activation],
    names: {
      dense: 'predictions.dense',
      norm: 'predictions.LayerNorm',
      decoder: 'predictions.decoder',
      matrix: config.tiedEmbeddings ? wordEmbeddings : decoderMatrix,
      bias: decoderBias,
    },
  };
  return emitMaskedLmHead(weights, head, emitAlbertEncoder(weights, config), labelledPositionsOnly);
}

/** Class logits of `AlbertForSequenceClassification`: the pooler, then the classifier. */
export function emitAlbertClassification(
  weights: WeightSource,
  config: AlbertConfig,
  { labels }: HeadOf<'sequence-classification'>,
): string {
  const head = {
    hiddenSize: config.hiddenSize,
    numLabels: labels.length,
    activation: emitTanh,
    dense: 'albert.pooler',
    output: 'classifier',
  };
  return emitFirstTokenClassifier(weights, head, emitAlbertEncoder(weights, config));
}
