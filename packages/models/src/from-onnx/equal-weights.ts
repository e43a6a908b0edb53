import type { Graph, Node, Tensor } from '@guided-dropout/onnx';
import { isTelling } from './matrices.js';
import { isNamedParameter } from './parameter-name.js';

/**
 * The graph with a weight of its own, a copy, wherever the exporter found one equal to another. PyTorch stores equal
 * initializers once, and what it left out is an Identity of what it kept, under the name it would have had. A new
 * model's biases are all zero, yet each is trained by itself. Equal tables of embeddings stay one, as tied ones are.
 *
 * @param untied whether equal tables are parameters of their own, too.
 */
export function withOwnWeights(graph: Graph, untied = false): Graph {
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const tables = tablesOf(graph.nodes);
  const isCopied = (node: Node): boolean => {
    const [from = ''] = node.inputs;
    const [to = ''] = node.outputs;
    const value = initializers.get(from);
    if (node.opType !== 'Identity' || value === undefined || outputs.has(to)) return false;
    if (!isWeight(to, value)) return false;
    const isTable = tables.has(from) || tables.has(to);
    if (isTable && !untied && isTelling(value)) return false;
    initializers.set(to, { ...value, data: value.data.slice() } as Tensor);
    return true;
  };
  // Nodes are in topological order, so an Identity of an Identity finds the copy that the first became.
  const nodes = graph.nodes.filter((node) => !isCopied(node));
  return { ...graph, nodes, initializers };
}

/** What has a parameter's name; and matrices, whose names are lost where a transpose was folded into them. */
function isWeight(name: string, value: Tensor): boolean {
  return isNamedParameter(name, value) || (value.dataType === 'float32' && value.dims.length === 2);
}

function tablesOf(nodes: readonly Node[]): ReadonlySet<string> {
  return new Set(nodes.filter(({ opType }) => opType === 'Gather').map(({ inputs }) => inputs[0]!));
}
