import { int, readInts, type Node } from '@guided-dropout/onnx';
import { transpose } from '../emit.js';
import type { GradientTarget } from './target.js';

/**
 * Takes the gradient by example of a node's output back to the node's first input, where both are values that all
 * examples share: a row of positions, a bias of relative positions.
 *
 * @param target the node's first input.
 * @param gradient [b, …shape of the output].
 * @returns [b, …shape of the input]; undefined where the operator does more than move elements.
 */
export function byExampleThrough(target: GradientTarget, node: Node, gradient: string): string | undefined {
  const { builder, examples, typeOf } = target;
  const input = node.inputs[0]!;
  if (node.domain !== '') return undefined;
  switch (node.opType) {
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Flatten': {
      const shape = builder.op('Concat', [examples.count(), builder.op('Shape', [input])], { axis: int(0) });
      return builder.op('Reshape', [gradient, shape]);
    }
    case 'Transpose': {
      const rank = typeOf(input).dims.length;
      const perm = readInts(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
      return transpose(builder, gradient, [0, ...perm.map((_, axis) => perm.indexOf(axis) + 1)]);
    }
    default:
      return undefined;
  }
}
