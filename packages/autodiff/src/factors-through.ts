import { int, readInt, string, type GraphBuilder, type Node, type ValueType } from '@guided-dropout/onnx';
import type { Contribution } from './contribution.js';
import { reduceSum } from './emit.js';

/**
 * Takes factored gradients of a node's output to its input where that is cheaper than through their sum.
 *
 * @returns undefined where a gradient rule has to do it.
 */
export function factorsThrough(
  builder: GraphBuilder,
  typeOf: (value: string) => ValueType,
  node: Node,
  contributions: readonly Contribution[],
): Contribution[] | undefined {
  if (node.domain !== '' || contributions.length === 0) return undefined;
  switch (node.opType) {
    case 'Identity':
      return [...contributions];
    case 'Transpose':
      return productsThroughTranspose(node, contributions);
    case 'LogSoftmax':
      return elementsThroughLogSoftmax(builder, typeOf, node, contributions);
    default:
      return undefined;
  }
}

/** A product through a transpose needs no computing: (XᵀD)ᵀ = DᵀX. */
function productsThroughTranspose(node: Node, contributions: readonly Contribution[]): Contribution[] | undefined {
  const perm = node.attributes['perm'];
  const swaps = perm === undefined || (perm.type === 'ints' && perm.value.map(Number).join() === '1,0');
  if (!swaps) return undefined;
  const swapped: Contribution[] = [];
  for (const contribution of contributions) {
    if (contribution.kind !== 'product') return undefined;
    swapped.push({ ...contribution, left: contribution.right, right: contribution.left });
  }
  return swapped;
}

/**
 * The gradient of log p at the labels, dx = updates at the labels − p·Σ updates, without the zeros around the updates: one
 * pass over the classes less for each of making, summing and subtracting them.
 */
function elementsThroughLogSoftmax(
  builder: GraphBuilder,
  typeOf: (value: string) => ValueType,
  node: Node,
  contributions: readonly Contribution[],
): Contribution[] | undefined {
  const [first, ...others] = contributions;
  if (first?.kind !== 'elements' || others.length > 0) return undefined;
  const y = node.outputs[0]!;
  const { dims } = typeOf(y);
  const fromFront = (axis: number): number => (axis + dims.length) % dims.length;
  const axis = fromFront(readInt(node, 'axis', -1));
  const indexDims = typeOf(first.indices).dims;
  const alignedElsewhere = dims.every((dim, i) => i === axis || indexDims[i] === dim);
  if (fromFront(first.axis) !== axis || !alignedElsewhere) return undefined;
  const total = builder.op('Neg', [reduceSum(builder, first.updates, [axis], true)]);
  const share = builder.op('Mul', [builder.op('Exp', [y]), total]);
  const attributes = { axis: int(axis), reduction: string('add') };
  return [{ kind: 'dense', value: builder.op('ScatterElements', [share, first.indices, first.updates], attributes) }];
}
