import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { Activation } from './activation.js';
import { emitLabelledPositions } from './labelled-positions.js';
import { emitLayerNorm } from './layer-norm.js';
import { emitAffine, emitLinear } from './linear.js';

/** A masked-LM head: linear layer, activation, LayerNorm, and the product with a matrix of the vocabulary. */
export interface MaskedLmHead {
  readonly hiddenSize: number;
  /** Width of that matrix, and so of what the linear layer gives. */
  readonly embeddingSize: number;
  readonly vocabSize: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  readonly names: {
    /** Paths of the modules. */
    readonly dense: string;
    readonly norm: string;
    readonly decoder: string;
    /** Names of the parameters; the matrix is the word embeddings where these are tied. */
    readonly matrix: string;
    readonly bias: string;
  };
}

/**
 * Vocabulary logits, `[batch, length, vocabulary]`, or `[batch, labels, vocabulary]` of the positions in a further input
 * `label_positions`.
 */
export function emitMaskedLmHead(
  weights: WeightSource,
  head: MaskedLmHead,
  hidden: string,
  labelledPositionsOnly: boolean,
): string {
  const { builder } = weights;
  const { hiddenSize, embeddingSize, vocabSize, names } = head;
  const chosen = labelledPositionsOnly ? emitLabelledPositions(builder, hidden, hiddenSize) : hidden;
  const activated = builder.scope(names.dense, () =>
    head.activation(builder, emitLinear(weights, chosen, names.dense, hiddenSize, embeddingSize)),
  );
  const normalised = builder.scope(names.norm, () =>
    emitLayerNorm(weights, activated, names.norm, embeddingSize, head.layerNormEpsilon),
  );
  return builder.scope(names.decoder, () => {
    const matrix = weights.weight(names.matrix, [vocabSize, embeddingSize], 'normal');
    return emitAffine(builder, normalised, matrix, weights.weight(names.bias, [vocabSize], 'zeros'));
  });
}
