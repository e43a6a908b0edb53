import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';

/** 0, 1, … along the tokens of `ids` `[batch, length]`: `[length]`, int64; one row, which all examples share. */
export function emitTokenPositions(builder: GraphBuilder, ids: string): string {
  const length = builder.op('Squeeze', [builder.op('Shape', [ids], { start: int(1), end: int(2) })]);
  const constant = (value: number): string => builder.constant(int64([], [value]));
  return builder.op('Range', [constant(0), length, constant(1)]);
}
