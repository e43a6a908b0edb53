import { int, type GraphBuilder } from '@guided-dropout/onnx';

/** The lowest float32: added to a score it hides a position, without the NaN that −∞ gives a fully hidden row. */
export const LOWEST = -3.4028234663852886e38;

/** 0 where `attention_mask` `[batch, length]` is 1, {@link LOWEST} where it is 0: `[batch, 1, 1, length]`, float32. */
export function emitHidingBias(builder: GraphBuilder, mask: string): string {
  const visible = builder.op('Cast', [builder.op('Unsqueeze', [mask, builder.integers([1, 2])])], { to: int(1) });
  const hidden = builder.op('Sub', [builder.number(1, 'float32'), visible]);
  return builder.op('Mul', [hidden, builder.number(LOWEST, 'float32')]);
}
