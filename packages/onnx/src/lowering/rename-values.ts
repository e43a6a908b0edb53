import type { Attribute, Graph, Node } from '../graph.js';

/** The node with values renamed wherever it reads or writes them, in its subgraphs too. */
export function renameInNode(node: Node, names: ReadonlyMap<string, string>): Node {
  if (names.size === 0) return node;
  const rename = (value: string): string => names.get(value) ?? value;
  const attributes = Object.entries(node.attributes).map(([key, attribute]): [string, Attribute] =>
    attribute.type === 'graph'
      ? [key, { type: 'graph', value: renameInGraph(attribute.value, names) }]
      : [key, attribute],
  );
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(attributes),
  };
}

/** The subgraph with values renamed; names it defines itself stay, they are others. */
function renameInGraph(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const own = [
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ];
  const visible = new Map(names);
  for (const name of own) visible.delete(name);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renameInNode(node, visible)),
    outputs: graph.outputs.map((output) => ({ ...output, name: visible.get(output.name) ?? output.name })),
  };
}
