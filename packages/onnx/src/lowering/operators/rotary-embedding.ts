// Shapes: B batch, S length, N heads, H head size, R rotated part of it.
import { int, readFloat, readInt } from '../../attributes.js';
import { countTo } from './attention-mask.js';
import { requiredInput, type Lowering, type LoweringContext } from '../lowering.js';
import { sizesOf, swapHeads } from './scaled-dot-product.js';

/** How a rotation turns pairs of features. */
export interface Rotation {
  /** `[B or 1, S, R/2]`. */
  readonly cos: string;
  readonly sin: string;
  /** R, where it is less than H. */
  readonly rotated: number | undefined;
  /** Whether a pair is features 2i and 2i + 1, rather than i and i + R/2. */
  readonly interleaved: boolean;
}

/** Rotary position embedding of `[B, S, N, H]` (Su et al., 2021). */
export function emitRotation(context: LoweringContext, x: string, rotation: Rotation): string {
  const { builder } = context;
  const { rotated } = rotation;
  if (rotated === undefined) return turned(context, x, rotation);
  const part = (start: number, end: number): string =>
    builder.op('Slice', [x, builder.integers([start]), builder.integers([end]), builder.integers([3])]);
  const rest = part(rotated, Number.MAX_SAFE_INTEGER);
  return builder.op('Concat', [turned(context, part(0, rotated), rotation), rest], { axis: int(-1) });
}

/** (a, b) becomes (a·cos − b·sin, a·sin + b·cos). */
function turned(context: LoweringContext, x: string, { cos, sin, interleaved }: Rotation): string {
  const { builder } = context;
  const axes = builder.integers(interleaved ? [2, 4] : [2]);
  const [c, s] = [cos, sin].map((cache) => builder.op('Unsqueeze', [cache, axes])) as [string, string];
  const pairs = interleaved ? builder.op('Reshape', [x, builder.integers([0, 0, 0, -1, 2])]) : x;
  const [a, b] = builder.ops('Split', [pairs], 2, { axis: int(-1), num_outputs: int(2) }) as [string, string];
  const mul = (left: string, right: string): string => builder.op('Mul', [left, right]);
  const real = builder.op('Sub', [mul(a, c), mul(b, s)]);
  const imaginary = builder.op('Add', [mul(a, s), mul(b, c)]);
  const joined = builder.op('Concat', [real, imaginary], { axis: int(-1) });
  return interleaved ? builder.op('Reshape', [joined, builder.integers([0, 0, 0, -1])]) : joined;
}

/** RotaryEmbedding of opset 23; without position ids the caches are given per example and position. */
export const rotaryEmbedding: Lowering = (context) => {
  const [cos, sin] = [requiredInput(context, 1), requiredInput(context, 2)];
  const positions = context.input(3);
  const rowsOf = (cache: string): string =>
    positions === undefined ? cache : context.builder.op('Gather', [cache, positions]);
  return [rotatedInput(context, rowsOf(cos), rowsOf(sin), halfOf(context, cos))];
};

/** com.microsoft RotaryEmbedding; position ids may be the first position, `[1]`. */
export const contribRotaryEmbedding: Lowering = (context) => {
  const { node } = context;
  if (readFloat(node, 'scale', 1) !== 1 || readInt(node, 'is_packed_batching', 0) !== 0) {
    throw context.refuse({
      expected: 'scale 1 and no packed batching',
      received: 'another scale, or is_packed_batching',
      fix: 'Export the model without graph optimisation.',
    });
  }
  const positions = positionsOf(context);
  const [cos, sin] = [requiredInput(context, 2), requiredInput(context, 3)];
  const rowsOf = (cache: string): string => context.builder.op('Gather', [cache, positions]);
  return [rotatedInput(context, rowsOf(cos), rowsOf(sin), halfOf(context, cos))];
};

/** Positions `[B or 1, S]`. */
function positionsOf(context: LoweringContext): string {
  const { builder } = context;
  const ids = requiredInput(context, 1);
  const rank = context.type(ids).dims?.length;
  if (rank === 2) return ids;
  if (rank !== 1) throw unknownRank(context, ids, 'rank 1 or 2');
  const axis = inputRank(context) === 3 ? 1 : 2;
  const counted = countTo(context, sizesOf(context, requiredInput(context, 0), axis, axis + 1));
  return builder.op('Unsqueeze', [builder.op('Add', [counted, ids]), builder.integers([0])]);
}

/** The rotated input 0, `[B, S, N·H]` or `[B, N, S, H]`, in its shape; `half` is R/2 where it is known. */
function rotatedInput(context: LoweringContext, cos: string, sin: string, half: number | undefined): string {
  const { builder, node } = context;
  const x = requiredInput(context, 0);
  const rotated = readInt(node, 'rotary_embedding_dim', 0) || undefined;
  const rotation = { cos, sin, rotated, interleaved: readInt(node, 'interleaved', 0) === 1 };
  if (inputRank(context) === 4) return swapHeads(context, emitRotation(context, swapHeads(context, x), rotation));
  const numHeads = readInt(node, 'num_heads', 0);
  if (numHeads === 0 && (half === undefined || rotated !== undefined)) {
    throw context.refuse({
      expected: "the attribute 'num_heads', or a cosine cache of known size without 'rotary_embedding_dim'",
      received: 'neither',
      fix: 'Pass the type of the cosine cache in options.types.',
    });
  }
  const parted = builder.integers(numHeads > 0 ? [0, 0, numHeads, -1] : [0, 0, -1, 2 * half!]);
  const turnedHeads = emitRotation(context, builder.op('Reshape', [x, parted]), rotation);
  return builder.op('Reshape', [turnedHeads, builder.integers([0, 0, context.type(x).dims?.[2] ?? -1])]);
}

function halfOf(context: LoweringContext, cache: string): number | undefined {
  return context.type(cache).dims?.at(-1);
}

function inputRank(context: LoweringContext): 3 | 4 {
  const x = requiredInput(context, 0);
  const rank = context.type(x).dims?.length;
  if (rank === 3 || rank === 4) return rank;
  throw unknownRank(context, x, 'rank 3 or 4');
}

function unknownRank(context: LoweringContext, value: string, expected: string): Error {
  const rank = context.type(value).dims?.length;
  return context.refuse({
    expected: `'${value}' to be of ${expected}`,
    received: rank === undefined ? 'an unknown rank' : `rank ${rank}`,
    fix: "Pass the value's type in options.types.",
  });
}
