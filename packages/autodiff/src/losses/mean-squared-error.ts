import { int, type GraphBuilder } from '@guided-dropout/onnx';

/** Mean of (prediction − target)² over the batch, a scalar; both `[batch]`, float32. */
export function emitMeanSquaredError(builder: GraphBuilder, prediction: string, target: string): string {
  return builder.scope('meanSquaredError', () => {
    const difference = builder.op('Sub', [prediction, target]);
    return builder.op('ReduceMean', [builder.op('Mul', [difference, difference])], { keepdims: int(0) });
  });
}
