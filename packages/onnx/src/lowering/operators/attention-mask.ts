// Shapes: B batch, N heads, S queries, T keys.
import { int } from '../../attributes.js';
import type { LoweringContext } from '../lowering.js';
import { LOWEST, sizesOf } from './scaled-dot-product.js';

/** Which keys a query sees by its position. */
export interface CausalMask {
  /** `[B, N, S, H]` and `[B, N, T, H]`, for their lengths. */
  readonly query: string;
  readonly key: string;
  /** Keys before those of the first query, `[B, N, P, H]`. */
  readonly past?: string | undefined;
  /** How many keys up to its own a query sees; all where undefined. */
  readonly window?: number | undefined;
}

/** Whether query i sees key j: j ≤ i + P, and j > i + P − window; `[S, T]`. */
export function causallyVisible(context: LoweringContext, { query, key, past, window }: CausalMask): string {
  const { builder } = context;
  let rows = builder.op('Unsqueeze', [countTo(context, sizesOf(context, query, 2, 3)), builder.integers([1])]);
  if (past !== undefined) rows = builder.op('Add', [rows, sizesOf(context, past, 2, 3)]);
  const columns = builder.op('Unsqueeze', [countTo(context, sizesOf(context, key, 2, 3)), builder.integers([0])]);
  const visible = builder.op('LessOrEqual', [columns, rows]);
  if (window === undefined) return visible;
  const first = builder.op('Sub', [rows, builder.integers([window])]);
  return builder.op('And', [visible, builder.op('Greater', [columns, first])]);
}

/** 0 where visible, {@link LOWEST} or another number where not; the type is that of `like`. */
export function hidingBias(context: LoweringContext, visible: string, like: string, hidden: number = LOWEST): string {
  return context.builder.op('Where', [visible, context.number(0, like), context.number(hidden, like)]);
}

/**
 * Which keys a padding mask of ONNX Runtime shows, boolean, broadcasting to `[B, N, S, T]`. The mask is `[B, T]` or
 * `[B, S, T]`, not zero where visible; or one-dimensional, the number of keys that are no padding at the end of each
 * example, `[B]`, followed by the position of the first that is no padding at its beginning, `[2·B]`.
 */
export function visibleByPadding(context: LoweringContext, mask: string, query: string, key: string): string {
  const { builder } = context;
  const rank = context.type(mask).dims?.length;
  if (rank === 1) return visibleByEnds(context, mask, query, key);
  if (rank === 2 || rank === 3) {
    const axes = builder.integers(rank === 2 ? [1, 2] : [1]);
    return builder.op('Unsqueeze', [builder.op('Cast', [mask], { to: int(9) }), axes]);
  }
  throw context.refuse({
    expected: `the mask '${mask}' to be of rank 1, 2 or 3`,
    received: rank === undefined ? 'an unknown rank' : `rank ${rank}`,
    fix: rank === undefined ? "Pass the mask's type in options.types." : 'Export the model with a mask [batch, keys].',
  });
}

/** As ONNX Runtime on the CPU: beginnings count only where the mask has exactly two entries per example. */
function visibleByEnds(context: LoweringContext, mask: string, query: string, key: string): string {
  const { builder } = context;
  const batch = sizesOf(context, query, 0, 1);
  const entries = builder.op('Cast', [mask], { to: int(7) });
  const twice = builder.op('Add', [batch, batch]);
  // Twice the entries, so that the second slice exists in any case.
  const doubled = builder.op('Concat', [entries, entries], { axis: int(0) });
  const zero = builder.integers([0]);
  const ends = builder.op('Slice', [doubled, zero, batch, zero]);
  const second = builder.op('Slice', [doubled, batch, twice, zero]);
  const hasBeginnings = builder.op('Equal', [builder.op('Shape', [mask]), twice]);
  const beginnings = builder.op('Mul', [second, builder.op('Cast', [hasBeginnings], { to: int(7) })]);
  const positions = countTo(context, sizesOf(context, key, 2, 3));
  const perExample = builder.integers([1, 2, 3]);
  return builder.op('And', [
    builder.op('Less', [positions, builder.op('Unsqueeze', [ends, perExample])]),
    builder.op('GreaterOrEqual', [positions, builder.op('Unsqueeze', [beginnings, perExample])]),
  ]);
}

/** 0 to n − 1, n one-dimensional with one element. */
export function countTo(context: LoweringContext, size: string): string {
  const { builder } = context;
  const scalar = (value: bigint): string =>
    builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(value) });
  return builder.op('Range', [scalar(0n), builder.op('Squeeze', [size]), scalar(1n)]);
}
