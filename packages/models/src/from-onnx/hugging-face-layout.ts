import { ints, type Graph, type Node, type Tensor } from '@guided-dropout/onnx';
import { readBySubgraphs } from './graph-readers.js';
import type { FoundParameter } from './recover-parameters.js';

/**
 * The graph with each parameter once, under its name and in its own layout. Where an initializer was its transpose, a
 * Transpose takes the initializer's place and name, so that whoever read that reads on.
 */
export function inHuggingFaceLayout(graph: Graph, found: ReadonlyMap<string, FoundParameter>): Graph {
  const initializers = new Map<string, Tensor>();
  const derived: Node[] = [];
  const renamed = new Map<string, string>();
  const pinned = new Set(graph.nodes.flatMap(readBySubgraphs));
  for (const { name } of graph.outputs) pinned.add(name);
  for (const [initializer, value] of graph.initializers) {
    const parameter = found.get(initializer);
    if (parameter === undefined) {
      initializers.set(initializer, value);
      continue;
    }
    const { name, transposed } = parameter;
    initializers.set(name, parameter.value);
    if (transposed) derived.push(derivedNode('Transpose', name, initializer, { perm: ints([1, 0]) }));
    // Subgraphs and outputs go by the name that the export has for it.
    else if (name !== initializer && pinned.has(initializer)) derived.push(derivedNode('Identity', name, initializer));
    else renamed.set(initializer, name);
  }
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) }));
  return { ...graph, initializers, nodes: [...derived, ...nodes] };
}

function derivedNode(opType: string, from: string, to: string, attributes: Node['attributes'] = {}): Node {
  return { name: `${from}/${opType} (${to})`, opType, domain: '', inputs: [from], outputs: [to], attributes };
}
