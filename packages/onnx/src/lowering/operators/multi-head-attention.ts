import { int } from '../../attributes.js';
import { refuseOutputs, requiredCount, requiredInput, type Lowering, type LoweringContext } from '../lowering.js';
import { emitPaddedAttention, withPast, type Heads, type Past } from './padded-attention.js';
import { splitHeads } from './scaled-dot-product.js';

/**
 * com.microsoft MultiHeadAttention: queries, keys and values `[batch, length, heads · headSize]`, keys and values also
 * `[batch, heads, length, headSize]`; the bias of their projections, padding masks, an additive bias, past state.
 */
export const multiHeadAttention: Lowering = (context) => {
  refuseOutputs(context, new Map([[3, 'qk']]));
  refusePacking(context);
  const projections = biased(context);
  const numHeads = requiredCount(context, 'num_heads');
  const byHead = (part: string): string => (isByHead(context, part) ? part : splitHeads(context, part, numHeads));
  const past = pastOf(context);
  const now: Heads = {
    query: splitHeads(context, projections.query, numHeads),
    key: byHead(projections.key),
    value: byHead(projections.value),
  };
  const heads = withPast(context, now, past);
  const output = emitPaddedAttention(context, { heads, past, mask: context.input(4), bias: context.input(5) });
  return [output, heads.key, heads.value];
};

function refusePacking(context: LoweringContext): void {
  if (context.input(1) === undefined || context.input(2) === undefined) {
    throw context.refuse({
      expected: 'queries, keys and values as three inputs',
      received: 'packed ones',
      fix: 'Export the model without graph optimisation, or optimise it for the CPU.',
    });
  }
  if (context.input(8) !== undefined || context.input(9) !== undefined) {
    throw context.refuse({
      expected: 'past keys and values of the length they have',
      received: 'a shared buffer (past_sequence_length, cache_indirection)',
      fix: 'Export the model without past keys and values.',
    });
  }
}

function pastOf(context: LoweringContext): Past | undefined {
  const [key, value] = [context.input(6), context.input(7)];
  return key === undefined || value === undefined ? undefined : { key, value };
}

function isByHead(context: LoweringContext, part: string): boolean {
  const rank = context.type(part).dims?.length;
  if (rank === 3 || rank === 4) return rank === 4;
  throw context.refuse({
    expected: `'${part}' to be of rank 3 or 4`,
    received: rank === undefined ? 'an unknown rank' : `rank ${rank}`,
    fix: "Pass the value's type in options.types.",
  });
}

/** Queries, keys and values with their shares of the bias `[hidden + hidden + hidden of values]`. */
function biased(context: LoweringContext): Heads {
  const { builder } = context;
  const [query, key, value] = [0, 1, 2].map((index) => requiredInput(context, index)) as [string, string, string];
  const bias = context.input(3);
  if (bias === undefined) return { query, key, value };
  const sizes = biasSizes(context, bias, query);
  const parts = builder.ops('Split', [bias, builder.integers(sizes)], 3, { axis: int(0) });
  const add = (part: string, index: number): string => builder.op('Add', [part, parts[index]!]);
  return { query: add(query, 0), key: add(key, 1), value: add(value, 2) };
}

function biasSizes(context: LoweringContext, bias: string, query: string): readonly number[] {
  const hidden = context.type(query).dims?.[2];
  const whole = context.type(bias).dims?.[0];
  if (hidden !== undefined && whole !== undefined) return [hidden, hidden, whole - 2 * hidden];
  throw context.refuse({
    expected: `the sizes of the bias '${bias}' and of the last axis of '${query}' to be known`,
    received: 'sizes that vary or are unknown',
    fix: 'Pass their types in options.types.',
  });
}
