import { valuesReadBy, type Graph, type Node } from '@guided-dropout/onnx';

/** A node and which of its inputs is meant. */
export interface Reading {
  readonly node: Node;
  readonly index: number;
}

/** Who reads and who computes each value of a graph. */
export class GraphReaders {
  readonly #readings = new Map<string, Reading[]>();
  readonly #producers = new Map<string, Node>();

  constructor(graph: Graph) {
    for (const node of graph.nodes) {
      for (const [index, value] of node.inputs.entries()) {
        const readings = this.#readings.get(value);
        if (readings) readings.push({ node, index });
        else this.#readings.set(value, [{ node, index }]);
      }
      for (const value of node.outputs) this.#producers.set(value, node);
    }
  }

  /** The inputs of nodes that a value is, in the order of the nodes; subgraphs aside. */
  of(value: string): readonly Reading[] {
    return this.#readings.get(value) ?? [];
  }

  producer(value: string): Node | undefined {
    return this.#producers.get(value);
  }
}

/** The values around it that a node's subgraphs read by name. */
export function readBySubgraphs(node: Node): readonly string[] {
  return valuesReadBy({ ...node, inputs: [] });
}
