import { emitCrossEntropy, emitMeanSquaredError } from '@guided-dropout/autodiff';
import { GraphBuilder, type Graph } from '@guided-dropout/onnx';

/**
 * A classifier's graph with the loss it is trained with: inputs as before and `labels` `[batch]`; only output `loss`.
 * One logit means regression by mean squared error on float32 labels, more mean cross-entropy on int64 classes, each
 * the mean over the batch.
 *
 * @param graph has an output `logits` `[batch, numLabels]`.
 */
export function withClassificationLoss(graph: Graph, numLabels: number): Graph {
  const builder = GraphBuilder.from({ ...graph, outputs: [] });
  const labels = builder.input('labels', numLabels === 1 ? 'float32' : 'int64', ['batch']);
  const loss =
    numLabels === 1
      ? emitMeanSquaredError(builder, builder.op('Squeeze', ['logits', builder.integers([1])]), labels)
      : emitCrossEntropy(builder, 'logits', labels);
  builder.output(loss, 'float32', [], 'loss');
  return builder.build();
}

/**
 * A masked language model's graph with its loss: the mean cross-entropy over all labels of the batch that count.
 *
 * @param graph has an output `logits` `[batch, labels, vocabulary]`; `labels` `[batch, labels]` becomes an input.
 */
export function withMaskedLmLoss(graph: Graph): Graph {
  const builder = GraphBuilder.from({ ...graph, outputs: [] });
  const labels = builder.input('labels', 'int64', ['batch', 'labels']);
  builder.output(emitCrossEntropy(builder, 'logits', labels), 'float32', [], 'loss');
  return builder.build();
}
