import { int, readInt, readInts } from '../../attributes.js';
import { requiredCount, requiredInput, type Lowering, type LoweringContext } from '../lowering.js';
import { emitPaddedAttention, withPast, type Heads, type Past } from './padded-attention.js';
import { splitHeads } from './scaled-dot-product.js';

/**
 * com.microsoft Attention: self-attention with the projections of queries, keys and values in one matrix
 * `[hidden, 3 · hidden]`; padding masks of one to three dimensions, causal masking, an additive bias, past state.
 */
export const packedAttention: Lowering = (context) => {
  const { builder } = context;
  refuseAttributes(context, ['do_rotary', 'past_present_share_buffer']);
  const numHeads = requiredCount(context, 'num_heads');
  const bias = context.input(2);
  const product = builder.op('MatMul', [requiredInput(context, 0), requiredInput(context, 1)]);
  const parts = splitInThree(context, bias === undefined ? product : builder.op('Add', [product, bias]));
  const [query, key, value] = parts.map((part) => splitHeads(context, part, numHeads));
  const past = pastOf(context);
  const heads = withPast(context, { query: query!, key: key!, value: value! }, past);
  const output = emitPaddedAttention(context, { heads, past, mask: context.input(3), bias: context.input(5) });
  return [output, context.wants(1) ? present(context, heads) : ''];
};

function refuseAttributes(context: LoweringContext, names: readonly string[]): void {
  for (const name of names) {
    if (readInt(context.node, name, 0) === 0) continue;
    throw context.refuse({
      expected: `the attribute '${name}' to be 0`,
      received: '1',
      fix: 'Export the model without graph optimisation.',
    });
  }
}

function splitInThree(context: LoweringContext, projected: string): string[] {
  const { builder, node } = context;
  const sizes = readInts(node, 'qkv_hidden_sizes');
  return sizes === undefined || sizes.length === 0
    ? builder.ops('Split', [projected], 3, { axis: int(-1), num_outputs: int(3) })
    : builder.ops('Split', [projected, builder.integers(sizes)], 3, { axis: int(-1) });
}

/** Past keys and values are one value, `[2, batch, heads, length, headSize]`. */
function pastOf(context: LoweringContext): Past | undefined {
  const past = context.input(4);
  if (past === undefined) return undefined;
  const part = (index: bigint): string => {
    const at = context.builder.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(index) });
    return context.builder.op('Gather', [past, at], { axis: int(0) });
  };
  return { key: part(0n), value: part(1n) };
}

function present(context: LoweringContext, heads: Heads): string {
  const { builder } = context;
  const unsqueezed = [heads.key, heads.value].map((part) => builder.op('Unsqueeze', [part, builder.integers([0])]));
  return builder.op('Concat', unsqueezed, { axis: int(0) });
}
