import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { HeadOf } from '../architecture.js';
import { activations, emitGelu } from '../shared/activation.js';
import { emitFirstTokenClassifier } from '../shared/first-token-classifier.js';
import { emitLinear } from '../shared/linear.js';
import { emitMaskedLmHead } from '../shared/masked-lm-head.js';
import type { Tie } from '../shared/tied-weights.js';
import type { ElectraConfig } from './config.js';
import { emitElectraEncoder } from './encoder.js';

const wordEmbeddings = 'electra.embeddings.word_embeddings.weight';
const decoderMatrix = 'generator_lm_head.weight';

/** The generator's head has its matrix in the embeddings. */
export function electraTies({ tiedEmbeddings }: ElectraConfig): readonly Tie[] {
  return tiedEmbeddings ? [[wordEmbeddings, decoderMatrix]] : [];
}

/** Vocabulary logits of `ElectraForMaskedLM`, the generator. Its head has the exact GELU in any case. */
export function emitElectraMaskedLm(
  weights: WeightSource,
  config: ElectraConfig,
  { labelledPositionsOnly = false }: HeadOf<'masked-lm'>,
): string {
  const head = {
    ...config,
    activation: emitGelu,
    names: {
      dense: 'generator_predictions.dense',
      norm: 'generator_predictions.LayerNorm',
      decoder: 'generator_lm_head',
      matrix: config.tiedEmbeddings ? wordEmbeddings : decoderMatrix,
      bias: 'generator_lm_head.bias',
    },
  };
  return emitMaskedLmHead(weights, head, emitElectraEncoder(weights, config), labelledPositionsOnly);
}

/** One logit per token of `ElectraForPreTraining`, the discriminator: `[batch, length]`. */
export function emitElectraDiscriminator(weights: WeightSource, config: ElectraConfig): string {
  const { builder } = weights;
  const hidden = emitElectraEncoder(weights, config);
  const { hiddenSize, activation } = config;
  const module = 'discriminator_predictions';
  return builder.scope(module, () => {
    const dense = emitLinear(weights, hidden, `${module}.dense`, hiddenSize, hiddenSize);
    const activated = activations[activation](builder, dense);
    const logits = emitLinear(weights, activated, `${module}.dense_prediction`, hiddenSize, 1);
    return builder.op('Squeeze', [logits, builder.integers([-1])]);
  });
}

/** Class logits of `ElectraForSequenceClassification`, with the exact GELU in any case. */
export function emitElectraClassification(
  weights: WeightSource,
  config: ElectraConfig,
  { labels }: HeadOf<'sequence-classification'>,
): string {
  const head = {
    hiddenSize: config.hiddenSize,
    numLabels: labels.length,
    activation: emitGelu,
    dense: 'classifier.dense',
    output: 'classifier.out_proj',
  };
  return emitFirstTokenClassifier(weights, head, emitElectraEncoder(weights, config));
}
