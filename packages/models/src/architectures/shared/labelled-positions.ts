import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';

/**
 * hidden[b, label_positions[b, i]] as rows of the flattened hidden states: `[batch, labels, hidden]`. Declares the input
 * `label_positions` `[batch, labels]`.
 */
export function emitLabelledPositions(builder: GraphBuilder, hidden: string, hiddenSize: number): string {
  const positions = builder.input('label_positions', 'int64', ['batch', 'labels']);
  return builder.scope('labelledPositions', () => {
    const size = (axis: number): string => builder.op('Shape', [hidden], { start: int(axis), end: int(axis + 1) });
    const constant = (value: number): string => builder.constant(int64([], [value]));
    const examples = builder.op('Range', [constant(0), builder.op('Squeeze', [size(0)]), constant(1)]);
    const firstRows = builder.op('Unsqueeze', [builder.op('Mul', [examples, size(1)]), builder.integers([1])]);
    const flat = builder.op('Reshape', [hidden, builder.integers([-1, hiddenSize])]);
    return builder.op('Gather', [flat, builder.op('Add', [firstRows, positions])]);
  });
}
