import type { Node } from '@guided-dropout/onnx';
import { weightOf, type GraphIndex } from '../shared/index.js';

/**
 * What is added to residual streams: of an Add's two sides the one that was computed from the other, through a product
 * with weights. The sum carries the stream on, so that a branch added to it later, though computed from the stream
 * before it (attention and MLP side by side), is one as well.
 */
export function residualBranchesIn(index: GraphIndex, parameters: ReadonlySet<string>): string[] {
  /** For a value of a stream, that value and those it was before something was added. */
  const streams = new Map<string, readonly string[]>();
  const before = (value: string): readonly string[] => streams.get(value) ?? [value];
  return index.graph.nodes.flatMap((node): string[] => {
    if (node.opType !== 'Add' || node.domain !== '') return [];
    const [a, b] = node.inputs.map((input) => index.source(input)) as [string, string];
    if (index.producer(a) === undefined || index.producer(b) === undefined) return [];
    // Scores carry masks and position biases from layer to layer, and so look as if they belonged to a stream of these.
    if (leadsToSoftmax(index, node)) return [];
    for (const [branch, stream] of [[a, b] as const, [b, a] as const]) {
      if (!isComputedFrom(index, branch, before(stream), parameters)) continue;
      streams.set(node.outputs[0]!, [node.outputs[0]!, ...before(stream)]);
      return [branch];
    }
    return [];
  });
}

/** Whether a path leads from one of the origins to a value through a product with weights. */
function isComputedFrom(
  index: GraphIndex,
  value: string,
  origins: readonly string[],
  parameters: ReadonlySet<string>,
): boolean {
  const earliest = Math.min(...origins.map((origin) => index.position(index.producer(origin)!)));
  /** Nodes met on the way back: without, and with a product with weights behind them. */
  const seen = { plain: new Set<Node>(), weighted: new Set<Node>() };
  const ahead = [{ value, weighted: false }];
  for (let current = ahead.pop(); current !== undefined; current = ahead.pop()) {
    const { weighted } = current;
    const source = index.source(current.value);
    if (origins.includes(source)) {
      if (weighted) return true;
      continue;
    }
    const node = index.producer(source);
    const visited = weighted ? seen.weighted : seen.plain;
    if (node === undefined || visited.has(node) || index.position(node) < earliest) continue;
    visited.add(node);
    if (node.opType === 'Shape' || node.opType === 'Size') continue;
    const behind = weighted || weightOf(index, node, parameters) !== undefined;
    ahead.push(...node.inputs.map((input) => ({ value: input, weighted: behind })));
  }
  return false;
}

/** Whether a node's result meets a Softmax before it is multiplied with anything by a product. */
function leadsToSoftmax(index: GraphIndex, start: Node): boolean {
  const seen = new Set<Node>();
  const ahead = [start];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (node.opType === 'Softmax') return true;
    if (seen.has(node) || (node !== start && (node.opType === 'MatMul' || node.opType === 'Gemm'))) continue;
    seen.add(node);
    ahead.push(...node.outputs.flatMap((value) => index.readers(value)));
  }
  return false;
}
