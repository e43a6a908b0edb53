import type { Graph, Node } from '@guided-dropout/onnx';

/**
 * Operators whose first output is their first input, but for its type or for noise. To find sites all of them count as
 * nothing; a Dropout that is there already is found again when its site is.
 */
const TRANSPARENT: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Dropout']);

/** Operators that ask for a value's shape alone. */
const SHAPE_READERS: ReadonlySet<string> = new Set(['Shape', 'Size']);

/** Who computes and who reads each value of a graph, as if values passed through Identity, Cast and Dropout for free. */
export class GraphIndex {
  readonly #sources = new Map<string, string>();
  readonly #producers = new Map<string, Node>();
  readonly #readers = new Map<string, Node[]>();
  readonly #positions = new Map<Node, number>();

  constructor(readonly graph: Graph) {
    graph.nodes.forEach((node, position) => {
      this.#positions.set(node, position);
      const [first] = node.inputs;
      if (node.domain === '' && TRANSPARENT.has(node.opType) && first !== undefined) {
        this.#sources.set(node.outputs[0]!, this.source(first));
        return;
      }
      for (const value of node.outputs) this.#producers.set(value, node);
      if (SHAPE_READERS.has(node.opType)) return;
      for (const value of new Set(node.inputs.map((input) => this.source(input)))) {
        const readers = this.#readers.get(value);
        if (readers) readers.push(node);
        else this.#readers.set(value, [node]);
      }
    });
  }

  /** The value as it was before it passed through transparent operators. */
  source(value: string): string {
    return this.#sources.get(value) ?? value;
  }

  /** The node that computes a value; undefined for inputs and initializers. */
  producer(value: string | undefined): Node | undefined {
    return value === undefined ? undefined : this.#producers.get(this.source(value));
  }

  /** The nodes that read a value, but for those that ask for its shape alone, in the graph's order. */
  readers(value: string): readonly Node[] {
    return this.#readers.get(this.source(value)) ?? [];
  }

  /** The producer of a value, passing over nodes of the given types through their first input. */
  producerThrough(value: string | undefined, passed: ReadonlySet<string>): Node | undefined {
    let node = this.producer(value);
    while (node !== undefined && passed.has(node.opType)) node = this.producer(node.inputs[0]);
    return node;
  }

  /** The readers of a value, and in place of those of the `passed` types the readers of what they compute. */
  readersThrough(value: string, passed: ReadonlySet<string>): Node[] {
    return this.readers(value).flatMap((node) =>
      passed.has(node.opType) ? this.readersThrough(node.outputs[0]!, passed) : [node],
    );
  }

  /** The nodes in the graph's order. */
  ordered(nodes: readonly Node[]): Node[] {
    return nodes.toSorted((a, b) => this.#positions.get(a)! - this.#positions.get(b)!);
  }

  /** Where a node stands in the graph. */
  position(node: Node): number {
    return this.#positions.get(node)!;
  }
}
