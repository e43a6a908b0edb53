import type { Node } from '@guided-dropout/onnx';
import { untransposed, type GraphIndex } from '../shared/index.js';
import { likelyParameters } from './parameters.js';

/**
 * For each site the parameters used between the site before and this one, in the order of use, which is taken to be the
 * graph's; exporters write nodes in the order in which they ran.
 *
 * @param nodes that compute the sites' values, in the graph's order.
 */
export function groupsBetween(index: GraphIndex, nodes: readonly Node[]): string[][] {
  const parameters = likelyParameters(index);
  const parametersOf = ({ inputs, opType }: Node): string[] =>
    opType === 'Transpose'
      ? []
      : inputs.map((input) => untransposed(index, input)).filter((name) => parameters.has(name));
  const ends = nodes.map((node) => index.position(node) + 1);
  return ends.map((end, i) => [
    ...new Set(index.graph.nodes.slice(ends[i - 1] ?? 0, end).flatMap((node) => parametersOf(node))),
  ]);
}
