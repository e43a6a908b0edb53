import { int, readFloat, readInt } from '../../attributes.js';
import { causallyVisible, countTo, hidingBias } from './attention-mask.js';
import { requiredCount, requiredInput, type Lowering, type LoweringContext } from '../lowering.js';
import type { Heads } from './padded-attention.js';
import { emitRotation } from './rotary-embedding.js';
import { emitAttention, mergeHeads, repeatHeads, sizesOf, splitHeads, swapHeads } from './scaled-dot-product.js';

/**
 * com.microsoft GroupQueryAttention without past keys and values: causal, with fewer heads of keys and values than of
 * queries, optionally packed, rotated, capped, within a local window, with an additive bias.
 *
 * The lengths that it is given say where padding at the end of an example begins. No query before that sees the padding,
 * as masking is causal, so they are not needed; outputs at padding are not defined in ONNX Runtime.
 */
export const groupQueryAttention: Lowering = (context) => {
  const { node } = context;
  refuseForms(context);
  const numHeads = requiredCount(context, 'num_heads');
  const numKeyHeads = requiredCount(context, 'kv_num_heads');
  const projected = headsOf(context, numHeads, numKeyHeads);
  const rotates = readInt(node, 'do_rotary', 0) === 1;
  const query = rotates ? rotated(context, projected.query) : projected.query;
  const key = rotates ? rotated(context, projected.key) : projected.key;
  const windowSize = readInt(node, 'local_window_size', -1);
  const visible = causallyVisible(context, { query, key, window: windowSize > 0 ? windowSize : undefined });
  const bias = context.input(10);
  const { attended } = emitAttention(context, {
    query,
    key: repeatHeads(context, key, numHeads, numHeads / numKeyHeads),
    value: repeatHeads(context, projected.value, numHeads, numHeads / numKeyHeads),
    scale: readFloat(node, 'scale', 0) || undefined,
    softcap: readFloat(node, 'softcap', 0),
    biases: [...(bias === undefined ? [] : [bias]), hidingBias(context, visible, query)],
  });
  return [mergeHeads(context, attended), key, projected.value];
};

function refuseForms(context: LoweringContext): void {
  const { node } = context;
  const refused: readonly (readonly [boolean, string])[] = [
    [context.input(3) !== undefined || context.input(4) !== undefined, 'past keys and values'],
    [context.input(9) !== undefined, 'position_ids'],
    [[11, 12, 13, 14, 15].some((index) => context.input(index) !== undefined), 'a head sink, scales or norms of heads'],
    [readInt(node, 'smooth_softmax', 0) !== 0, 'smooth_softmax'],
    [readInt(node, 'causal', 1) !== 1, 'causal 0'],
    [readInt(node, 'qk_output', 0) !== 0, 'qk_output'],
  ];
  for (const [isUsed, form] of refused) {
    if (!isUsed) continue;
    throw context.refuse({
      expected: 'queries, keys, values, lengths, rotary caches and an additive bias only',
      received: form,
      fix: 'Export the model for training or without a cache (Optimum: a task without -with-past).',
    });
  }
}

function headsOf(context: LoweringContext, numHeads: number, numKeyHeads: number): Heads {
  const { builder } = context;
  const query = requiredInput(context, 0);
  const key = context.input(1);
  if (key !== undefined) {
    return {
      query: splitHeads(context, query, numHeads),
      key: splitHeads(context, key, numKeyHeads),
      value: splitHeads(context, requiredInput(context, 2), numKeyHeads),
    };
  }
  const together = splitHeads(context, query, numHeads + 2 * numKeyHeads);
  const sizes = builder.integers([numHeads, numKeyHeads, numKeyHeads]);
  const parts = builder.ops('Split', [together, sizes], 3, { axis: int(1) });
  return { query: parts[0]!, key: parts[1]!, value: parts[2]! };
}

/** Rotated by the position in the example. */
function rotated(context: LoweringContext, heads: string): string {
  const { builder } = context;
  const positions = countTo(context, sizesOf(context, heads, 2, 3));
  const rowsOf = (cache: string): string =>
    builder.op('Unsqueeze', [builder.op('Gather', [cache, positions]), builder.integers([0])]);
  const headSize = context.type(heads).dims?.[3];
  const half = context.type(requiredInput(context, 7)).dims?.[1];
  const turned = emitRotation(context, swapHeads(context, heads), {
    cos: rowsOf(requiredInput(context, 7)),
    sin: rowsOf(requiredInput(context, 8)),
    rotated: half === undefined || 2 * half === headSize ? undefined : 2 * half,
    interleaved: readInt(context.node, 'rotary_interleaved', 0) === 1,
  });
  return swapHeads(context, turned);
}
