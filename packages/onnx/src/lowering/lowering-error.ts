import { GuidedDropoutError } from '@guided-dropout/core';
import type { Node } from '../graph.js';

/** What a lowering says about a node it cannot lower. */
export interface LoweringProblem {
  /** The form that is supported. */
  readonly expected: string;
  readonly received: string;
  readonly fix: string;
}

/** The error for a node that has no equal in the operators graphs are made of here; code `ONNX_LOWERING`. */
export function loweringError(node: Node, opset: number | undefined, problem: LoweringProblem): GuidedDropoutError {
  const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
  const name = node.name === '' ? `the node that computes '${node.outputs[0] ?? ''}'` : `node '${node.name}'`;
  return new GuidedDropoutError('ONNX_LOWERING', {
    where: `${name} (operator ${operator}, domain ${node.domain || 'ai.onnx'}, opset ${opset ?? 'undeclared'})`,
    ...problem,
  });
}
