import type { Graph, Node } from '../graph.js';
import { onnxError, quoted } from './onnx-error.js';
import { MAX_SUBGRAPH_DEPTH } from './onnx-messages.js';

/** The values that nodes of a graph can read: its own, and those of the graphs around it. */
interface Scope {
  readonly names: Set<string>;
  readonly outer: Scope | undefined;
}

/**
 * Checks single assignment and order: every value has one producer, producers stand before their readers, subgraphs
 * read outer values but do not redefine them, every output is produced, and the model's inputs have element types.
 *
 * A subgraph's inputs may have the names of outer values, as the onnx checker allows.
 *
 * @throws GuidedDropoutError `ONNX_INVALID`; `ONNX_TOO_LARGE` for subgraphs nested too deep.
 */
export function checkGraph(graph: Graph, where: string): void {
  check(graph, where, undefined, 0);
}

function check(graph: Graph, where: string, outer: Scope | undefined, depth: number): void {
  if (depth > MAX_SUBGRAPH_DEPTH) {
    throw onnxError('ONNX_TOO_LARGE', where, `at most ${MAX_SUBGRAPH_DEPTH} nested subgraphs`, 'more', 'Flatten them.');
  }
  const scope: Scope = { names: new Set(), outer };
  for (const { name, dataType } of graph.inputs) {
    define(name, scope, `${where}, input`);
    if (dataType === undefined && depth === 0) {
      throw onnxError('ONNX_INVALID', `${where}, input ${quoted(name)}`, 'an element type', 'none');
    }
  }
  for (const name of graph.initializers.keys()) define(name, scope, `${where}, initializer`);
  for (const [index, node] of graph.nodes.entries())
    checkNode(node, graph, scope, depth, nodePlace(node, index, where));
  for (const { name } of graph.outputs) {
    if (scope.names.has(name)) continue;
    const fix = 'If it is a value of an outer graph, pass it through an Identity node.';
    throw onnxError('ONNX_INVALID', `${where}, output ${quoted(name)}`, 'a value of this graph', 'none', fix);
  }
}

/** How messages call a node: by its place, name and operator. */
export function nodePlace(
  node: { readonly name: string; readonly opType: string },
  index: number,
  where: string,
): string {
  return `${where}, node ${index} ${quoted(node.name)} (${quoted(node.opType)})`;
}

function checkNode(node: Node, graph: Graph, scope: Scope, depth: number, where: string): void {
  if (node.opType === '') throw onnxError('ONNX_INVALID', where, 'an operator', 'none');
  for (const name of node.inputs) {
    if (name === '' || isVisible(name, scope)) continue;
    const late = graph.nodes.some(({ outputs }) => outputs.includes(name));
    const received = late ? 'one that a later node produces' : 'one that nothing produces';
    const fix = late ? 'Put the nodes into topological order; a cycle has none.' : undefined;
    throw onnxError('ONNX_INVALID', `${where}, input ${quoted(name)}`, 'a value known before the node', received, fix);
  }
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.type === 'graph') check(attribute.value, `${where}, ${quoted(name)}`, scope, depth + 1);
  }
  for (const name of node.outputs) {
    if (name === '') continue;
    if (isVisible(name, scope)) throw redefined(`${where}, output ${quoted(name)}`);
    scope.names.add(name);
  }
}

function isVisible(name: string, scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

function define(name: string, scope: Scope, where: string): void {
  if (name === '') throw onnxError('ONNX_INVALID', where, 'a name', 'none');
  if (scope.names.has(name)) throw redefined(`${where} ${quoted(name)}`);
  scope.names.add(name);
}

function redefined(where: string): Error {
  return onnxError(
    'ONNX_INVALID',
    where,
    'one producer of the value',
    'a second one',
    'Give one of them another name.',
  );
}
