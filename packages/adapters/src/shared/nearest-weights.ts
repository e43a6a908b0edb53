import type { Node } from '@guided-dropout/onnx';
import type { GraphIndex } from './graph-index.js';

const PRODUCTS: ReadonlySet<string> = new Set(['MatMul', 'Gemm', 'Conv']);

/** The weight of a product, stored as it is multiplied or transposed; undefined for any other node. */
export function weightOf(index: GraphIndex, node: Node, parameters: ReadonlySet<string>): string | undefined {
  if (!PRODUCTS.has(node.opType)) return undefined;
  const operands = node.inputs.slice(0, 2).map((input) => untransposed(index, input));
  return operands.find((operand) => parameters.has(operand));
}

/** A value, or the one that a Transpose turned into it. */
export function untransposed(index: GraphIndex, value: string): string {
  const producer = index.producer(value);
  return index.source(producer?.opType === 'Transpose' ? producer.inputs[0]! : value);
}

/** The weights that a value was last multiplied with, on every way back from it, in the graph's order. */
export function nearestWeights(index: GraphIndex, value: string, parameters: ReadonlySet<string>): string[] {
  const products: Node[] = [];
  const seen = new Set<Node>();
  const ahead = [value];
  for (let current = ahead.pop(); current !== undefined; current = ahead.pop()) {
    const node = index.producer(current);
    if (node === undefined || seen.has(node) || node.opType === 'Shape' || node.opType === 'Size') continue;
    seen.add(node);
    if (weightOf(index, node, parameters) === undefined) ahead.push(...node.inputs);
    else products.push(node);
  }
  return index.ordered(products).map((node) => weightOf(index, node, parameters)!);
}
