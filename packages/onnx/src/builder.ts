import { GuidedDropoutError } from '@guided-dropout/core';
import type { Attribute, Dimension, Graph, Node, ValueInfo } from './graph.js';
import { int64, tensor, type DataType, type Tensor } from './tensor.js';

/** Constants up to this many elements are shared when equal. */
const SHARED_CONSTANT_LIMIT = 64;

/**
 * Writes a graph node by node. Values are referred to by name; every method that computes something returns the
 * name of its result. Nodes are appended in the order of the calls, so producers precede readers by construction.
 *
 * @example
 * const b = new GraphBuilder('affine');
 * const x = b.input('x', 'float32', ['batch', 3]);
 * b.output(b.op('Add', [x, b.constant(scalar(1))]), 'float32', ['batch', 3], 'y');
 * const graph = b.build();
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #producers = new Map<string, number>();
  readonly #sharedConstants = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #nodeNames = new Set<string>();
  readonly #counters = new Map<string, number>();
  #scope = '';

  constructor(name: string) {
    this.#name = name;
  }

  /** A builder that holds a copy of a graph, to be continued. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name);
    for (const info of graph.inputs) builder.declare(info);
    for (const [name, value] of graph.initializers) builder.initializer(name, value);
    for (const node of graph.nodes) builder.append(node, graph);
    for (const info of graph.outputs) builder.declareOutput(info);
    return builder;
  }

  /** Runs `emit` with `prefix/` before the names of everything it adds, so that nodes say which module they belong to. */
  scope<T>(prefix: string, emit: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${prefix}/`;
    try {
      return emit();
    } finally {
      this.#scope = outer;
    }
  }

  /** Declares a graph input. */
  input(name: string, dataType: DataType, dims?: readonly Dimension[]): string {
    this.declare({ name, dataType, ...(dims && { dims }) });
    return name;
  }

  /** Declares a graph input described by the info of another graph. */
  declare(info: ValueInfo): void {
    this.#claim(info.name);
    this.#inputs.push(info);
  }

  /** Adds a named weight or constant. */
  initializer(name: string, value: Tensor): string {
    this.#claim(name);
    this.#initializers.set(name, value);
    return name;
  }

  /** Adds an anonymous constant; small equal ones are stored once. */
  constant(value: Tensor): string {
    if (value.data.length > SHARED_CONSTANT_LIMIT) return this.initializer(this.#fresh('constant'), value);
    const key = `${value.dataType}[${value.dims.join()}]${bitsOf(value)}`;
    const shared = this.#sharedConstants.get(key);
    if (shared !== undefined) return shared;
    const name = this.initializer(this.#fresh('constant'), value);
    this.#sharedConstants.set(key, name);
    return name;
  }

  /** A scalar constant, shape `[]`, of type float32 or float64. */
  number(value: number, dataType: DataType): string {
    if (dataType === 'float64') return this.constant(tensor('float64', [], Float64Array.of(value)));
    if (dataType === 'float32') return this.constant(tensor('float32', [], Float32Array.of(value)));
    throw this.#error(`the number ${value}`, 'type float32 or float64', dataType);
  }

  /** A one-dimensional int64 constant: a shape, axes, pads. */
  integers(values: readonly number[]): string {
    return this.constant(int64([values.length], values));
  }

  /** Adds a node with one output and returns the output's name. */
  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.ops(opType, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with several outputs and returns their names. */
  ops(
    opType: string,
    inputs: readonly string[],
    numOutputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const name = this.#fresh(opType);
    const outputs = Array.from({ length: numOutputs }, (_, i) =>
      this.#unclaimed(i === 0 ? `${name}:out` : `${name}:out${i}`),
    );
    this.append({ name, opType, domain: '', inputs, outputs, attributes });
    return outputs;
  }

  /**
   * Adds a node as it is. Its inputs must exist, its outputs must be new.
   *
   * @param graph the one the node is of, where errors are to say whether it computes the input further on.
   */
  append(node: Node, graph?: Graph): void {
    for (const value of node.inputs) {
      if (value === '' || this.#used.has(value)) continue;
      const isLate = graph?.nodes.some(({ outputs }) => outputs.includes(value)) ?? false;
      const received = isLate
        ? 'one that a later node computes: nodes out of order, or in a cycle'
        : 'an unknown value';
      throw this.#error(node.name, `the input '${value}' to exist`, received);
    }
    for (const value of node.outputs) {
      if (value === '') continue;
      this.#claim(value);
      this.#producers.set(value, this.#nodes.length);
    }
    this.#nodeNames.add(node.name);
    this.#nodes.push(node);
  }

  /** The node that computes a value; undefined for graph inputs and initializers. */
  producer(value: string): Node | undefined {
    const index = this.#producers.get(value);
    return index === undefined ? undefined : this.#nodes[index];
  }

  /** The initializer of that name, if there is one. */
  initializerOf(value: string): Tensor | undefined {
    return this.#initializers.get(value);
  }

  /** Gives an existing node further outputs (optional statistics a gradient needs) and returns all of its outputs. */
  extendOutputs(value: string, numOutputs: number): readonly string[] {
    const index = this.#producers.get(value);
    const node = index === undefined ? undefined : this.#nodes[index];
    if (index === undefined || node === undefined)
      throw this.#error(value, 'a value computed by a node', 'an input or initializer');
    const outputs = Array.from({ length: Math.max(numOutputs, node.outputs.length) }, (_, i) => {
      const existing = node.outputs[i];
      if (existing !== undefined && existing !== '') return existing;
      const added = this.#unclaimed(`${node.name}:out${i}`);
      this.#claim(added);
      this.#producers.set(added, index);
      return added;
    });
    this.#nodes[index] = { ...node, outputs };
    return outputs;
  }

  /** Declares a value as graph output, under its own name or, through an Identity, under another. */
  output(value: string, dataType: DataType, dims?: readonly Dimension[], name: string = value): string {
    if (name !== value)
      this.append({
        name: `${name}/Identity`,
        opType: 'Identity',
        domain: '',
        inputs: [value],
        outputs: [name],
        attributes: {},
      });
    this.declareOutput({ name, dataType, ...(dims && { dims }) });
    return name;
  }

  /** Declares an existing value as graph output, described by the info of another graph. */
  declareOutput(info: ValueInfo): void {
    if (!this.#used.has(info.name)) throw this.#error(info.name, 'an output that exists', 'an unknown value');
    if (this.#outputs.some(({ name }) => name === info.name))
      throw this.#error(info.name, 'each output once', 'an output declared before');
    this.#outputs.push(info);
  }

  /** Whether a value of that name exists. */
  has(value: string): boolean {
    return this.#used.has(value);
  }

  /** The graph so far. */
  build(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      nodes: [...this.#nodes],
      initializers: new Map(this.#initializers),
    };
  }

  #claim(name: string): void {
    if (name === '' || this.#used.has(name)) throw this.#error(name, 'a new value name', `'${name}', which is taken`);
    this.#used.add(name);
  }

  #fresh(kind: string): string {
    const base = `${this.#scope}${kind}`;
    const count = this.#counters.get(base) ?? 0;
    this.#counters.set(base, count + 1);
    return this.#unclaimed(count === 0 ? base : `${base}_${count}`);
  }

  #unclaimed(name: string): string {
    let candidate = name;
    for (let i = 1; this.#used.has(candidate) || this.#nodeNames.has(candidate); i++) candidate = `${name}~${i}`;
    return candidate;
  }

  #error(where: string, expected: string, received: string): GuidedDropoutError {
    return new GuidedDropoutError('GRAPH_BUILD', {
      where: `graph '${this.#name}', '${where}'`,
      expected,
      received,
      fix: 'Each value has exactly one producer, added before its readers.',
    });
  }
}

function bitsOf(value: Tensor): string {
  const { buffer, byteOffset, byteLength } = value.data;
  return Array.from(new Uint8Array(buffer, byteOffset, byteLength), (byte) => String.fromCharCode(byte)).join('');
}
