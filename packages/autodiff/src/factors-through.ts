import type { Node } from '@guided-dropout/onnx';
import type { Contribution } from './contribution.js';

/**
 * Takes factored gradients of a node's output to its input where that needs no computing: through Identity, and of a
 * matrix product through a transpose, (XᵀD)ᵀ = DᵀX.
 *
 * @returns undefined where a gradient rule has to do it.
 */
export function factorsThrough(node: Node, contributions: readonly Contribution[]): Contribution[] | undefined {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Identity') return [...contributions];
  if (node.opType !== 'Transpose' || contributions.length === 0) return undefined;
  const perm = node.attributes['perm'];
  const swaps = perm === undefined || (perm.type === 'ints' && perm.value.map(Number).join() === '1,0');
  if (!swaps) return undefined;
  const swapped: Contribution[] = [];
  for (const contribution of contributions) {
    if (contribution.kind !== 'product') return undefined;
    // Both factors have the rank of the linear layer's input, which is all `leftLike` is asked for.
    swapped.push({ ...contribution, left: contribution.right, right: contribution.left });
  }
  return swapped;
}
