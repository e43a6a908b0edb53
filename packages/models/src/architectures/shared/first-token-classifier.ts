import { int, int64 } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import type { Activation } from './activation.js';
import { emitLinear } from './linear.js';

/** A classifier of the first token: linear layer, activation, linear layer. */
export interface FirstTokenClassifier {
  readonly hiddenSize: number;
  readonly numLabels: number;
  readonly activation: Activation;
  /** Paths of the two linear layers. */
  readonly dense: string;
  readonly output: string;
}

/** Class logits, `[batch, labels]`, from `hidden` `[batch, length, hidden]`. */
export function emitFirstTokenClassifier(weights: WeightSource, head: FirstTokenClassifier, hidden: string): string {
  const { builder } = weights;
  const { hiddenSize, dense, output } = head;
  const activated = builder.scope(dense, () => {
    const first = builder.op('Gather', [hidden, builder.constant(int64([], [0]))], { axis: int(1) });
    return head.activation(builder, emitLinear(weights, first, dense, hiddenSize, hiddenSize));
  });
  return builder.scope(output, () => emitLinear(weights, activated, output, hiddenSize, head.numLabels));
}
