import type { Graph, Node } from '../graph.js';
import type { Tensor } from '../tensor.js';
import { renameInNode } from './rename-values.js';

/** A branch of an If as it can stand in the graph around it. */
export interface InlinedBranch {
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
  /** The values that take the place of the If's outputs. */
  readonly results: readonly string[];
}

/** The branch of an If that a condition takes; values of it whose names `isTaken` get a prefix. */
export function inlinedBranch(
  node: Node,
  condition: boolean,
  isTaken: (name: string) => boolean,
  prefix: string,
): InlinedBranch | undefined {
  const attribute = node.attributes[condition ? 'then_branch' : 'else_branch'];
  if (attribute?.type !== 'graph') return undefined;
  const branch: Graph = attribute.value;
  const own = [...branch.initializers.keys(), ...branch.nodes.flatMap((inner) => inner.outputs)];
  const names = new Map<string, string>();
  for (const name of own) {
    if (name === '' || !isTaken(name)) continue;
    let free = `${prefix}/${name}`;
    while (isTaken(free)) free += '~';
    names.set(name, free);
  }
  const rename = (name: string): string => names.get(name) ?? name;
  return {
    initializers: new Map([...branch.initializers].map(([name, value]) => [rename(name), value])),
    nodes: branch.nodes.map((inner) => renameInNode(inner, names)),
    results: branch.outputs.map((output) => rename(output.name)),
  };
}
