import { int64, type GraphBuilder } from '@guided-dropout/onnx';
import { LOWEST } from './attention-mask.js';

/**
 * 0 where a query may attend to a key, which is a token and not later than the query, else {@link LOWEST}.
 *
 * @param positions of the tokens, `[length]`.
 * @param mask 1 at tokens, 0 at padding, `[batch, length]`, int64.
 * @returns `[batch, 1, query, key]`, float32; a query before its row's first token has `LOWEST` at every key, and so
 * attends to all of them alike, without NaN.
 */
export function emitCausalHidingBias(builder: GraphBuilder, positions: string, mask: string): string {
  const queries = builder.op('Unsqueeze', [positions, builder.integers([1])]);
  const isNotLater = builder.op('GreaterOrEqual', [queries, positions]);
  const isToken = builder.op('Unsqueeze', [emitIsToken(builder, mask), builder.integers([1, 2])]);
  const visible = builder.op('And', [isToken, isNotLater]);
  return builder.op('Where', [visible, builder.number(0, 'float32'), builder.number(LOWEST, 'float32')]);
}

/** Whether a mask of 1 at tokens and 0 at padding, int64, shows a token; bool, in the mask's shape. */
export function emitIsToken(builder: GraphBuilder, mask: string): string {
  return builder.op('Greater', [mask, builder.constant(int64([], [0]))]);
}
