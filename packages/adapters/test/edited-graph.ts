import type { Graph, Node } from '@guided-dropout/onnx';

/** The graph with other nodes; what `edit` returns stands in a node's place. */
export function withNodes(graph: Graph, edit: (node: Node) => Node | readonly Node[]): Graph {
  return { ...graph, nodes: graph.nodes.flatMap(edit) };
}

/** The graph with the parameters, which end in `weight` or `bias`, under other names. */
export function withParameters(graph: Graph, rename: (name: string) => string): Graph {
  const renamed = (name: string): string =>
    graph.initializers.has(name) && /\.(weight|bias)$/.test(name) ? rename(name) : name;
  return {
    ...withNodes(graph, (node) => ({ ...node, inputs: node.inputs.map(renamed) })),
    initializers: new Map([...graph.initializers].map(([name, value]) => [renamed(name), value])),
  };
}

/** The node that computes a value. */
export function producerOf(graph: Graph, value: string): Node {
  return graph.nodes.find(({ outputs }) => outputs.includes(value))!;
}
