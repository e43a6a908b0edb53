import { int, readFloat, readInt } from '../../attributes.js';
import { elementTypeCode } from '../../protobuf/element-types.js';
import type { DataType } from '../../tensor.js';
import { causallyVisible, hidingBias } from './attention-mask.js';
import { requiredCount, requiredInput, type Lowering, type LoweringContext } from '../lowering.js';
import { emitAttention, LOWEST, mergeHeads, repeatHeads, repeatHeadsLike, splitHeads } from './scaled-dot-product.js';

/**
 * Attention of opset 23: queries, keys and values `[batch, length, heads · headSize]` or
 * `[batch, heads, length, headSize]`, fewer heads of keys and values than of queries, boolean and additive masks, causal
 * masking, softcap, past keys and values.
 */
export const standardAttention: Lowering = (context) => {
  const { node } = context;
  refusePrecision(context);
  const merged = inputRank(context) === 3;
  const heads = (index: number, attribute: string): string => {
    const value = requiredInput(context, index);
    return merged ? splitHeads(context, value, requiredCount(context, attribute)) : value;
  };
  const query = heads(0, 'q_num_heads');
  const [pastKey, pastValue] = [context.input(4), context.input(5)];
  const presentKey = joined(context, pastKey, heads(1, 'kv_num_heads'));
  const presentValue = joined(context, pastValue, heads(2, 'kv_num_heads'));
  const { biases, seeing } = maskingOf(context, query, presentKey, pastKey);
  const steps = emitAttention(context, {
    query,
    key: asManyHeads(context, presentKey, query),
    value: asManyHeads(context, presentValue, query),
    scale: node.attributes['scale'] === undefined ? undefined : readFloat(node, 'scale', 0),
    softcap: readFloat(node, 'softcap', 0),
    biases,
  });
  const seen = (value: string): string => (seeing === undefined ? value : context.builder.op('Mul', [value, seeing]));
  const attended = seen(steps.attended);
  const output = merged ? mergeHeads(context, attended) : attended;
  if (!context.wants(3)) return [output, presentKey, presentValue];
  const step = [steps.scores, steps.capped, steps.biased, steps.probabilities][outputStep(context)]!;
  return [output, presentKey, presentValue, step === steps.probabilities ? seen(step) : step];
};

/** Which step of attention is output 3. */
function outputStep(context: LoweringContext): number {
  const step = readInt(context.node, 'qk_matmul_output_mode', 0);
  if (step >= 0 && step <= 3) return step;
  throw context.refuse({
    expected: 'qk_matmul_output_mode from 0 to 3',
    received: `${step}`,
    fix: 'Check the program that wrote the model.',
  });
}

function refusePrecision(context: LoweringContext): void {
  const precision = readInt(context.node, 'softmax_precision', 1);
  const own = context.floatType(requiredInput(context, 0)) === 'float64' ? 11 : 1;
  if (context.node.attributes['softmax_precision'] === undefined || precision === own) return;
  throw context.refuse({
    expected: 'the softmax in the precision of its inputs',
    received: `softmax_precision ${precision}`,
    fix: 'Export the model without softmax_precision.',
  });
}

function inputRank(context: LoweringContext): number {
  const query = requiredInput(context, 0);
  const rank = context.type(query).dims?.length;
  if (rank === 3 || rank === 4) return rank;
  // Only inputs of rank 3 need the number of heads; exporters write it for those of rank 4 too.
  if (rank === undefined && context.node.attributes['q_num_heads'] === undefined) return 4;
  throw context.refuse({
    expected: `'${query}' to be of rank 3 or 4`,
    received: rank === undefined ? 'an unknown rank' : `rank ${rank}`,
    fix: "Pass the value's type in options.types.",
  });
}

function joined(context: LoweringContext, past: string | undefined, value: string): string {
  return past === undefined ? value : context.builder.op('Concat', [past, value], { axis: int(2) });
}

/** Keys or values with the heads of the queries. */
function asManyHeads(context: LoweringContext, value: string, query: string): string {
  const own = context.type(value).dims?.[1] ?? (readInt(context.node, 'kv_num_heads', 0) || undefined);
  const wanted = context.type(query).dims?.[1] ?? (readInt(context.node, 'q_num_heads', 0) || undefined);
  if (own === undefined || wanted === undefined) return repeatHeadsLike(context, value, query);
  if (wanted % own === 0) return repeatHeads(context, value, wanted, wanted / own);
  throw context.refuse({
    expected: 'a number of query heads that is a multiple of that of key heads',
    received: `${wanted} and ${own}`,
    fix: 'Check the program that wrote the model.',
  });
}

/** What is added to the scores, and where a query may see no key at all, which queries see one. */
interface Masking {
  readonly biases: readonly string[];
  /** 1 for a query that sees a key, else 0; broadcasts to `[B, N, S, 1]`. */
  readonly seeing: string | undefined;
}

/**
 * A key is hidden by position, by a boolean mask, or by an additive mask of −∞ or the lowest number. A query that sees
 * none gets zeros, as in ONNX Runtime (the definition of opset 23 would give NaN).
 */
function maskingOf(context: LoweringContext, query: string, key: string, past: string | undefined): Masking {
  const { builder, node } = context;
  const mask = context.input(3);
  const causal = readInt(node, 'is_causal', 0) === 1 ? causallyVisible(context, { query, key, past }) : undefined;
  if (mask === undefined) {
    return { biases: causal === undefined ? [] : [hidingBias(context, causal, query)], seeing: undefined };
  }
  const isBoolean = maskType(context, mask) === 'bool';
  const shown = isBoolean ? mask : builder.op('Greater', [mask, context.number(LOWEST, query)]);
  const visible = causal === undefined ? shown : builder.op('And', [causal, shown]);
  const added = isBoolean ? context.number(0, query) : mask;
  // Not the sum of two biases: twice the lowest number would be −∞, and a row of these NaN.
  const bias = builder.op('Where', [visible, added, context.number(LOWEST, query)]);
  const code = int(elementTypeCode(context.floatType(query)));
  const numeric = builder.op('Cast', [visible], { to: code });
  return { biases: [bias], seeing: builder.op('ReduceMax', [numeric, builder.integers([-1])], { keepdims: int(1) }) };
}

function maskType(context: LoweringContext, mask: string): DataType {
  const { dataType } = context.type(mask);
  if (dataType !== undefined) return dataType;
  throw context.refuse({
    expected: `the mask '${mask}' to be known as boolean or additive`,
    received: 'a value of unknown type',
    fix: "Pass the mask's type in options.types.",
  });
}
