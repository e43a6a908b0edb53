// Shapes: B batch, N heads, S queries, T keys, H head size.
import { int, ints } from '../../attributes.js';
import type { LoweringContext } from '../lowering.js';

/** The lowest float32: added to a score it hides a key, without the NaN that −∞ gives a query without any. */
export const LOWEST = -3.4028234663852886e38;

/** What attention is computed from. */
export interface AttentionTerms {
  /** `[B, N, S, H]`. */
  readonly query: string;
  /** `[B, N, T, H]`. */
  readonly key: string;
  /** `[B, N, T, H of values]`. */
  readonly value: string;
  /** Factor of the products; 1/√H where undefined. */
  readonly scale: number | undefined;
  /** Bound c of c·tanh(score/c); 0 for none. */
  readonly softcap: number;
  /** Terms added to the scores; each broadcasts to `[B, N, S, T]`. */
  readonly biases: readonly string[];
}

/** The steps of attention, which operators may give as outputs; all but `attended` are `[B, N, S, T]`. */
export interface AttentionSteps {
  readonly scores: string;
  readonly capped: string;
  readonly biased: string;
  readonly probabilities: string;
  /** `[B, N, S, H of values]`. */
  readonly attended: string;
}

/** softmax(cap(scale·Q·Kᵀ) + biases)·V (Vaswani et al., 2017). */
export function emitAttention(context: LoweringContext, terms: AttentionTerms): AttentionSteps {
  const { builder } = context;
  const products = builder.op('MatMul', [terms.query, transposedKey(context, terms.key)]);
  const scores = scaled(context, products, terms);
  const capped = terms.softcap > 0 ? softcapped(context, scores, terms.softcap) : scores;
  const biased = terms.biases.reduce((sum, bias) => builder.op('Add', [sum, bias]), capped);
  const probabilities = builder.op('Softmax', [biased], { axis: int(-1) });
  return { scores, capped, biased, probabilities, attended: builder.op('MatMul', [probabilities, terms.value]) };
}

/** `[B, S, N·H]` as `[B, N, S, H]`. */
export function splitHeads(context: LoweringContext, value: string, numHeads: number): string {
  const hidden = context.type(value).dims?.[2];
  const headSize = hidden === undefined ? -1 : hidden / numHeads;
  const parted = context.builder.op('Reshape', [value, context.builder.integers([0, 0, numHeads, headSize])]);
  return swapHeads(context, parted);
}

/** `[B, N, S, H]` as `[B, S, N·H]`. */
export function mergeHeads(context: LoweringContext, value: string): string {
  const [, numHeads, , headSize] = context.type(value).dims ?? [];
  const hidden = numHeads === undefined || headSize === undefined ? -1 : numHeads * headSize;
  return context.builder.op('Reshape', [swapHeads(context, value), context.builder.integers([0, 0, hidden])]);
}

/** Swaps the axes of heads and tokens. */
export function swapHeads(context: LoweringContext, value: string): string {
  return context.builder.op('Transpose', [value], { perm: ints([0, 2, 1, 3]) });
}

/** Each head of `[B, N/times, T, H]` `times` over, one after the other, as `[B, N, T, H]`. */
export function repeatHeads(context: LoweringContext, value: string, numHeads: number, times: number): string {
  if (times === 1) return value;
  const { builder } = context;
  const headSize = context.type(value).dims?.[3];
  const shape =
    headSize === undefined
      ? concatenated(context, [
          sizesOf(context, value, 0, 1),
          builder.integers([numHeads]),
          sizesOf(context, value, 2, 4),
        ])
      : builder.integers([0, numHeads, -1, headSize]);
  return repeated(context, value, builder.integers([1, 1, times, 1, 1]), shape);
}

/** {@link repeatHeads} to as many heads as the query has, where numbers of heads are known at run time only. */
export function repeatHeadsLike(context: LoweringContext, value: string, query: string): string {
  const { builder } = context;
  const numHeads = sizesOf(context, query, 1, 2);
  const one = builder.integers([1]);
  const times = builder.op('Div', [numHeads, sizesOf(context, value, 1, 2)]);
  const shape = concatenated(context, [sizesOf(context, value, 0, 1), numHeads, sizesOf(context, value, 2, 4)]);
  return repeated(context, value, concatenated(context, [one, one, times, one, one]), shape);
}

function repeated(context: LoweringContext, value: string, times: string, shape: string): string {
  const { builder } = context;
  const copies = builder.op('Expand', [builder.op('Unsqueeze', [value, builder.integers([2])]), times]);
  return builder.op('Reshape', [copies, shape]);
}

/** The sizes of axes `start` to `end` − 1, one-dimensional. */
export function sizesOf(context: LoweringContext, value: string, start: number, end: number): string {
  return context.builder.op('Shape', [value], { start: int(start), end: int(end) });
}

function concatenated(context: LoweringContext, parts: readonly string[]): string {
  return context.builder.op('Concat', parts, { axis: int(0) });
}

/** `[B, N, H, T]`; the transpose that made the key `[B, N, T, H]` is not done twice. */
function transposedKey(context: LoweringContext, key: string): string {
  const { builder } = context;
  const producer = builder.producer(key);
  const perm = producer?.opType === 'Transpose' ? producer.attributes['perm'] : undefined;
  if (perm?.type === 'ints' && perm.value.map(Number).join() === '0,2,1,3') {
    return builder.op('Transpose', [producer!.inputs[0]!], { perm: ints([0, 2, 3, 1]) });
  }
  return builder.op('Transpose', [key], { perm: ints([0, 1, 3, 2]) });
}

function scaled(context: LoweringContext, products: string, { query, scale }: AttentionTerms): string {
  const { builder } = context;
  const headSize = context.type(query).dims?.[3];
  const factor = scale ?? (headSize === undefined ? undefined : 1 / Math.sqrt(headSize));
  if (factor !== undefined)
    return factor === 1 ? products : builder.op('Mul', [products, context.number(factor, query)]);
  const code = context.floatType(query) === 'float64' ? 11 : 1;
  const size = builder.op('Cast', [sizesOf(context, query, 3, 4)], { to: int(code) });
  return builder.op('Div', [products, builder.op('Sqrt', [size])]);
}

function softcapped(context: LoweringContext, scores: string, bound: number): string {
  const { builder } = context;
  const limit = context.number(bound, scores);
  return builder.op('Mul', [builder.op('Tanh', [builder.op('Div', [scores, limit])]), limit]);
}
