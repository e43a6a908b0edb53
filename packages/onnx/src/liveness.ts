import type { Graph, Node } from './graph.js';

/** Names read by a node, from its inputs and from the outer scope by its subgraphs. */
export function valuesReadBy(node: Node): string[] {
  const read = node.inputs.filter((value) => value !== '');
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.type === 'graph') read.push(...outerValuesOf(attribute.value));
  }
  return read;
}

/** The graph without nodes, initializers and (unless kept) inputs that no output needs. */
export function removeDead(graph: Graph, options: { readonly keepInputs?: boolean } = {}): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    for (const value of valuesReadBy(node)) needed.add(value);
    nodes.push(node);
  }
  return {
    ...graph,
    inputs: graph.inputs.filter((input) => options.keepInputs || needed.has(input.name)),
    nodes: nodes.toReversed(),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  };
}

function outerValuesOf(graph: Graph): string[] {
  const own = new Set([...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  const outer: string[] = [];
  for (const node of graph.nodes) {
    outer.push(...valuesReadBy(node).filter((value) => !own.has(value)));
    for (const value of node.outputs) own.add(value);
  }
  return [...outer, ...graph.outputs.map((output) => output.name).filter((value) => !own.has(value))];
}
