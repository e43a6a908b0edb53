import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { HeadOf } from '../architecture.js';
import { emitGelu, emitTanh } from '../shared/activation.js';
import { emitFirstTokenClassifier } from '../shared/first-token-classifier.js';
import { emitMaskedLmHead } from '../shared/masked-lm-head.js';
import type { Tie } from '../shared/tied-weights.js';
import type { RobertaConfig } from './config.js';
import { emitRobertaEncoder } from './encoder.js';

const wordEmbeddings = 'roberta.embeddings.word_embeddings.weight';
const decoderMatrix = 'lm_head.decoder.weight';
const decoderBias = 'lm_head.bias';

/** The masked-LM head has its bias twice, and its matrix in the embeddings. */
export function robertaTies({ tiedEmbeddings }: RobertaConfig): readonly Tie[] {
  const bias: Tie = [decoderBias, 'lm_head.decoder.bias'];
  return tiedEmbeddings ? [bias, [wordEmbeddings, decoderMatrix]] : [bias];
}

/** Vocabulary logits of `RobertaForMaskedLM`. Its head has the exact GELU whatever the encoder's activation. */
export function emitRobertaMaskedLm(
  weights: WeightSource,
  config: RobertaConfig,
  { labelledPositionsOnly = false }: HeadOf<'masked-lm'>,
): string {
  const head = {
    ...config,
    embeddingSize: config.hiddenSize,
    activation: emitGelu,
    names: {
      dense: 'lm_head.dense',
      norm: 'lm_head.layer_norm',
      decoder: 'lm_head.decoder',
      matrix: config.tiedEmbeddings ? wordEmbeddings : decoderMatrix,
      bias: decoderBias,
    },
  };
  return emitMaskedLmHead(weights, head, emitRobertaEncoder(weights, config), labelledPositionsOnly);
}

/** Class logits of `RobertaForSequenceClassification`: two layers of its own, no pooler. */
export function emitRobertaClassification(
  weights: WeightSource,
  config: RobertaConfig,
  { labels }: HeadOf<'sequence-classification'>,
): string {
  const head = {
    hiddenSize: config.hiddenSize,
    numLabels: labels.length,
    activation: emitTanh,
    dense: 'classifier.dense',
    output: 'classifier.out_proj',
  };
  return emitFirstTokenClassifier(weights, head, emitRobertaEncoder(weights, config));
}
