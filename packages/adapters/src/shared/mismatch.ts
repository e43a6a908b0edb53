import type { Node } from '@guided-dropout/onnx';

/** A structure that a site needs and the graph does not have; adapters collect them, and name all in one error. */
export class Mismatch extends Error {
  /** @param expected what was looked for. @param received what stands there. */
  constructor(
    readonly expected: string,
    readonly received: string,
  ) {
    super(`looked for ${expected}, met ${received}`);
  }
}

/** Nodes as an error names them. */
export function described(...nodes: readonly (Node | undefined)[]): string {
  const names = nodes.flatMap((node) => (node ? [`${node.opType} ('${node.name || node.outputs[0]}')`] : []));
  return names.length === 0 ? 'nothing of that kind' : names.join(', ');
}
