import type { Graph, Node } from '@guided-dropout/onnx';

/** Who computes and who reads each value of a graph. */
export class GraphIndex {
  readonly #producers = new Map<string, Node>();
  readonly #readers = new Map<string, Node[]>();

  constructor(readonly graph: Graph) {
    for (const node of graph.nodes) {
      for (const value of node.outputs) this.#producers.set(value, node);
      for (const value of new Set(node.inputs)) {
        const readers = this.#readers.get(value);
        if (readers) readers.push(node);
        else this.#readers.set(value, [node]);
      }
    }
  }

  producer(value: string | undefined): Node | undefined {
    return value === undefined ? undefined : this.#producers.get(value);
  }

  readers(value: string): readonly Node[] {
    return this.#readers.get(value) ?? [];
  }

  /** The producer of a value, passing over nodes of the given types through their first input. */
  producerThrough(value: string | undefined, passed: readonly string[]): Node | undefined {
    let node = this.producer(value);
    while (node !== undefined && passed.includes(node.opType)) node = this.producer(node.inputs[0]);
    return node;
  }

  /** The only reader of that type of a value, or of a value derived from it through nodes of the `passed` types. */
  readerOf(value: string, opType: string, passed: readonly string[] = []): Node | undefined {
    const found: Node[] = [];
    const visit = (current: string): void => {
      for (const reader of this.readers(current)) {
        if (reader.opType === opType) found.push(reader);
        else if (passed.includes(reader.opType)) visit(reader.outputs[0]!);
      }
    };
    visit(value);
    return found.length === 1 ? found[0] : undefined;
  }
}
