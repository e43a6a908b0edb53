import { int, ints, type GraphBuilder } from '@guided-dropout/onnx';

/** `[batch, length, heads · headSize]` as `[batch, heads, length, headSize]`. */
export function emitSplitHeads(builder: GraphBuilder, x: string, numHeads: number, headSize: number): string {
  return emitSplit(builder, x, numHeads, headSize, [0, 2, 1, 3]);
}

/** As {@link emitSplitHeads}, transposed for the product with queries: `[batch, heads, headSize, length]`. */
export function emitSplitKeys(builder: GraphBuilder, x: string, numHeads: number, headSize: number): string {
  return emitSplit(builder, x, numHeads, headSize, [0, 2, 3, 1]);
}

/** What attention is computed from; `b` is batch, `h` heads, `q` and `k` the lengths of queries and keys. */
export interface AttentionInputs {
  /** `[b, h, q, headSize]`. */
  readonly queries: string;
  /** `[b, h, headSize, k]`. */
  readonly keys: string;
  /** `[b, h, k, headSize]`. */
  readonly values: string;
  /** Factor of the scores, usually 1/√headSize; 1 where it is left out. */
  readonly scale?: number;
  /** What is added to the scores, in this order (masks, position biases); each broadcasts to `[b, h, q, k]`. */
  readonly biases: readonly string[];
}

/**
 * softmax(scale · Q·K + biases) · V, `[b, h, q, headSize]` (Vaswani et al., 2017, eq. 1); the probabilities are the one
 * output of a Softmax, `[b, h, q, k]`.
 */
export function emitAttention(builder: GraphBuilder, inputs: AttentionInputs): string {
  const products = builder.op('MatMul', [inputs.queries, inputs.keys]);
  const scaled =
    inputs.scale === undefined ? products : builder.op('Mul', [products, builder.number(inputs.scale, 'float32')]);
  const scores = inputs.biases.reduce((sum, bias) => builder.op('Add', [sum, bias]), scaled);
  return builder.op('MatMul', [builder.op('Softmax', [scores], { axis: int(-1) }), inputs.values]);
}

/** `[batch, heads, length, headSize]` as `[batch, length, width]`, `width` being heads · headSize. */
export function emitMergeHeads(builder: GraphBuilder, context: string, width: number): string {
  return builder.op('Reshape', [
    builder.op('Transpose', [context], { perm: ints([0, 2, 1, 3]) }),
    builder.integers([0, 0, width]),
  ]);
}

function emitSplit(builder: GraphBuilder, x: string, numHeads: number, headSize: number, perm: number[]): string {
  const split = builder.op('Reshape', [x, builder.integers([0, 0, numHeads, headSize])]);
  return builder.op('Transpose', [split], { perm: ints(perm) });
}
