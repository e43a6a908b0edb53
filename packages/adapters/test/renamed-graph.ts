import type { Graph } from '@guided-dropout/onnx';

/** The graph with other names for all nodes and values but inputs, initializers and outputs. */
export function renamedGraph(graph: Graph): Graph {
  const kept = new Set([
    '',
    ...graph.initializers.keys(),
    ...[...graph.inputs, ...graph.outputs].map(({ name }) => name),
  ]);
  const names = new Map<string, string>();
  const renamed = (value: string): string => {
    if (kept.has(value)) return value;
    // Counted down, so that the order of names says nothing about the order of nodes.
    if (!names.has(value)) names.set(value, `v${10_000 - names.size}`);
    return names.get(value)!;
  };
  const nodes = graph.nodes.map((node, i) => ({
    ...node,
    name: `n${10_000 - i}`,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
  }));
  return { ...graph, nodes };
}
