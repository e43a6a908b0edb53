import { int, tensor } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { BertConfig } from './config.js';
import { emitAffine, emitGelu, emitLayerNorm, emitLinear } from './encoder.js';

/**
 * Vocabulary logits of `BertForMaskedLM`, `[batch, length, vocabulary]`, or `[batch, labels, vocabulary]` of the
 * positions in `label_positions`.
 */
export function emitMaskedLmHead(
  weights: WeightSource,
  config: BertConfig,
  hidden: string,
  labelledPositionsOnly: boolean,
): string {
  const { builder } = weights;
  const { hiddenSize, vocabSize } = config;
  const chosen = labelledPositionsOnly ? emitChosenPositions(weights, config, hidden) : hidden;
  return builder.scope('cls.predictions', () => {
    const dense = emitLinear(weights, chosen, 'cls.predictions.transform.dense', hiddenSize, hiddenSize);
    const activated = emitGelu(builder, dense);
    const normalised = emitLayerNorm(weights, activated, 'cls.predictions.transform.LayerNorm', config);
    const decoder = weights.weight(
      config.tiedEmbeddings ? 'bert.embeddings.word_embeddings.weight' : 'cls.predictions.decoder.weight',
      [vocabSize, hiddenSize],
      'normal',
    );
    return emitAffine(builder, normalised, decoder, weights.weight('cls.predictions.bias', [vocabSize], 'zeros'));
  });
}

/** hidden[b, label_positions[b, i]] as rows of the flattened hidden states: `[batch, labels, hidden]`. */
function emitChosenPositions(weights: WeightSource, config: BertConfig, hidden: string): string {
  const { builder } = weights;
  const positions = builder.input('label_positions', 'int64', ['batch', 'labels']);
  return builder.scope('labelledPositions', () => {
    const shape = (start: number): string => builder.op('Shape', [hidden], { start: int(start), end: int(start + 1) });
    const constant = (value: bigint): string => builder.constant(tensor('int64', [], BigInt64Array.of(value)));
    const numExamples = builder.op('Squeeze', [shape(0)]);
    const examples = builder.op('Range', [constant(0n), numExamples, constant(1n)]);
    const firstRows = builder.op('Unsqueeze', [builder.op('Mul', [examples, shape(1)]), builder.integers([1])]);
    const flat = builder.op('Reshape', [hidden, builder.integers([-1, config.hiddenSize])]);
    return builder.op('Gather', [flat, builder.op('Add', [firstRows, positions])]);
  });
}

/** Class logits of `BertForSequenceClassification`, `[batch, labels]`, from the first token through the pooler. */
export function emitClassificationHead(
  weights: WeightSource,
  config: BertConfig,
  hidden: string,
  numLabels: number,
): string {
  const { builder } = weights;
  const { hiddenSize } = config;
  const pooled = builder.scope('bert.pooler', () => {
    const first = builder.op('Gather', [hidden, builder.constant(tensor('int64', [], BigInt64Array.of(0n)))], {
      axis: int(1),
    });
    return builder.op('Tanh', [emitLinear(weights, first, 'bert.pooler.dense', hiddenSize, hiddenSize)]);
  });
  return builder.scope('classifier', () => emitLinear(weights, pooled, 'classifier', hiddenSize, numLabels));
}
