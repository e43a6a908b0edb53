// Shapes: B batch, N heads, S queries, T keys, H head size.
import { int, readFloat, readInt } from '../../attributes.js';
import { causallyVisible, hidingBias, visibleByPadding } from './attention-mask.js';
import type { LoweringContext } from '../lowering.js';
import { emitAttention, LOWEST, mergeHeads } from './scaled-dot-product.js';

/** ONNX Runtime's default for what is added to the scores of padding. */
const MASK_FILTER_VALUE = -10000;

/** Queries, keys and values, each `[B, N, length, H]`. */
export interface Heads {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** Keys and values of earlier tokens, each `[B, N, P, H]`. */
export type Past = Pick<Heads, 'key' | 'value'>;

/** What com.microsoft Attention and MultiHeadAttention mask and shift scores by. */
export interface PaddedAttention {
  /** With the past keys and values in front. */
  readonly heads: Heads;
  readonly past: Past | undefined;
  readonly mask: string | undefined;
  readonly bias: string | undefined;
}

/** The heads with the past keys and values before theirs. */
export function withPast(context: LoweringContext, heads: Heads, past: Past | undefined): Heads {
  if (past === undefined) return heads;
  const join = (before: string, now: string): string => context.builder.op('Concat', [before, now], { axis: int(2) });
  return { ...heads, key: join(past.key, heads.key), value: join(past.value, heads.value) };
}

/** Attention as both operators compute it, `[B, S, N·H]`; attributes unidirectional, mask_filter_value and scale. */
export function emitPaddedAttention(context: LoweringContext, { heads, past, mask, bias }: PaddedAttention): string {
  const { node, builder } = context;
  const { query, key } = heads;
  const filter = readFloat(node, 'mask_filter_value', MASK_FILTER_VALUE);
  const padding =
    mask === undefined ? undefined : hidingBias(context, visibleByPadding(context, mask, query, key), query, filter);
  let hiding = padding;
  if (readInt(node, 'unidirectional', 0) === 1) {
    const visible = causallyVisible(context, { query, key, past: past?.key });
    hiding = builder.op('Where', [visible, padding ?? context.number(0, query), context.number(LOWEST, query)]);
  }
  // 0 stands for the default, as where the attribute is absent.
  const scale = readFloat(node, 'scale', 0) || undefined;
  const biases = [hiding, bias].filter((part) => part !== undefined);
  return mergeHeads(context, emitAttention(context, { ...heads, scale, softcap: 0, biases }).attended);
}
