import { readInt, readInts, type Graph, type Node } from '@guided-dropout/onnx';
import { GraphReaders, type Reading } from './graph-readers.js';

/** How a node uses an initializer. */
export interface WeightUse {
  /** What computes with it; behind a Transpose, the product. */
  readonly node: Node;
  /**
   * The matrix of a linear layer, stored as `[in, out]` or `[out, in]`; the bias of one or of a normalisation; the
   * scale of a normalisation.
   */
  readonly role: 'in-out' | 'out-in' | 'bias' | 'scale';
}

/** Tells what initializers of a graph are used for, whatever they are called. */
export class WeightUses {
  readonly #initializers: Graph['initializers'];
  readonly #readers: GraphReaders;

  constructor(graph: Graph) {
    this.#initializers = graph.initializers;
    this.#readers = new GraphReaders(graph);
  }

  /** Uses of an initializer that make it a weight, in the order of the nodes; none for masks and other constants. */
  of(initializer: string): readonly WeightUse[] {
    const dims = this.#initializers.get(initializer)?.dims ?? [];
    return this.#usesOf(initializer).filter(({ role }) => {
      if (role === 'bias' || role === 'scale') return dims.length === 1;
      // No layer has one input, but rotary embeddings multiply positions by a row of frequencies.
      return dims.length === 2 && dims[role === 'in-out' ? 0 : 1]! > 1;
    });
  }

  /** Whether a value is looked up row by row, as embeddings are. */
  isTable(value: string): boolean {
    return this.#readers.of(value).some(({ node, index }) => node.opType === 'Gather' && index === 0);
  }

  /** Nodes that read a value. */
  readersOf(value: string): readonly Node[] {
    return this.#readers.of(value).map(({ node }) => node);
  }

  /** What is added to a linear layer's product that could be its bias: directly, or after a residual was. */
  addedTo(product: Node): readonly string[] {
    if (product.opType === 'Gemm') return product.inputs.slice(2);
    const direct = this.#summands(product.outputs[0]!);
    const later = direct.length === 1 ? this.#summands(direct[0]!.sum) : [];
    return [...direct, ...later].map(({ other }) => other);
  }

  /** Whether a value is the bias of products with different matrices. */
  isAddedToSeveral(value: string): boolean {
    const matrices = this.#readers.of(value).flatMap(({ node, index }) => {
      if (node.opType === 'Gemm') return index === 2 ? [node.inputs[1]!] : [];
      const product = node.opType === 'Add' ? this.#readers.producer(node.inputs[1 - index]!) : undefined;
      return product?.opType === 'MatMul' ? [product.inputs[1]!] : [];
    });
    return new Set(matrices).size > 1;
  }

  #summands(value: string): readonly { readonly other: string; readonly sum: string }[] {
    return this.#readers.of(value).flatMap(({ node, index }) => {
      const other = node.inputs[1 - index];
      return node.opType === 'Add' && other !== undefined ? [{ other, sum: node.outputs[0]! }] : [];
    });
  }

  #usesOf(value: string): readonly WeightUse[] {
    return this.#readers.of(value).flatMap((reading) => this.#use(reading));
  }

  #use({ node, index }: Reading): readonly WeightUse[] {
    if (node.domain !== '') return [];
    switch (node.opType) {
      case 'MatMul':
        return index === 1 ? [{ node, role: 'in-out' }] : [];
      case 'Gemm':
        if (index === 2) return [{ node, role: 'bias' }];
        return index === 1 ? [{ node, role: readInt(node, 'transB', 0) === 1 ? 'out-in' : 'in-out' }] : [];
      case 'Transpose':
        return this.#transposedUses(node);
      case 'LayerNormalization':
        return index === 0 ? [] : [{ node, role: index === 1 ? 'scale' : 'bias' }];
      case 'Add':
        return this.#isProduct(node.inputs[1 - index]) ? [{ node, role: 'bias' }] : [];
      default:
        return [];
    }
  }

  #transposedUses(transpose: Node): readonly WeightUse[] {
    if (readInts(transpose, 'perm')?.join() !== '1,0') return [];
    const swapped = { 'in-out': 'out-in', 'out-in': 'in-out' } as const;
    return this.#usesOf(transpose.outputs[0]!).flatMap(({ node, role }): WeightUse[] =>
      role === 'in-out' || role === 'out-in' ? [{ node, role: swapped[role] }] : [],
    );
  }

  /** Whether a value is the product of a linear layer; scores, to which masks are added, are products of two values. */
  #isProduct(value = ''): boolean {
    const product = this.#readers.producer(value);
    const matrix = product?.opType === 'MatMul' ? product.inputs[1]! : '';
    const transpose = this.#readers.producer(matrix);
    return this.#initializers.has(transpose?.opType === 'Transpose' ? transpose.inputs[0]! : matrix);
  }
}
