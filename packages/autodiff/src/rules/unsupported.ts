import { GuidedDropoutError } from '@guided-dropout/core';
import type { Node } from '@guided-dropout/onnx';

/** A use of an operator that its rule does not know. */
export function unsupported(
  node: Node,
  expected: string,
  received: string,
  fix = 'Write the graph in that form, or pass a rule of your own in options.rules.',
): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_UNSUPPORTED', {
    where: `node '${node.name}' (${node.opType})`,
    expected,
    received,
    fix,
  });
}
