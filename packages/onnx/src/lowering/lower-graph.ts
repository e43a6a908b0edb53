import { GraphBuilder } from '../builder.js';
import type { Attribute, Graph, Node } from '../graph.js';
import { valuesReadBy } from '../liveness.js';
import type { Tensor } from '../tensor.js';
import { foldedConstant } from './constant-folding.js';
import { inlinedBranch } from './inline-if.js';
import { inferType, typeOfInfo, unknownType, type KnownType } from './known-type.js';
import { contextOf, type LoweringHost } from './lowering-context.js';
import { loweringKey, type Lowerings } from './lowering.js';
import { renameInNode } from './rename-values.js';

/** What all graphs of a model are lowered with. */
export interface LoweringSetup {
  readonly lowerings: Lowerings;
  /** Operator set version per domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Types given from outside, by the model's names. */
  readonly types: ReadonlyMap<string, KnownType>;
}

/** Where a subgraph stands: the graph around it, and the prefix its new names get. */
interface Surroundings {
  readonly lowering: GraphLowering;
  readonly scope: string;
}

/** The graph with every node in its lowered form. */
export function lowerGraph(graph: Graph, setup: LoweringSetup, outer?: Surroundings): Graph {
  return new GraphLowering(graph, setup, outer).run();
}

class GraphLowering implements LoweringHost {
  readonly builder: GraphBuilder;
  readonly #graph: Graph;
  readonly #setup: LoweringSetup;
  readonly #outer: Surroundings | undefined;
  /** The value that stands for one of the model. */
  readonly #replacements = new Map<string, string>();
  /** New values that get the name of the model's value they stand for, when all is written. */
  readonly #renames = new Map<string, string>();
  /** Values of the model that are read by name: outputs of the graph, and what subgraphs read. */
  readonly #pinned = new Set<string>();
  readonly #types = new Map<string, KnownType>();
  /** Names of the model, and what stands before a slash in them. */
  readonly #names = new Set<string>();
  readonly #prefixes = new Set<string>();

  constructor(graph: Graph, setup: LoweringSetup, outer: Surroundings | undefined) {
    this.builder = new GraphBuilder(graph.name);
    this.#graph = graph;
    this.#setup = setup;
    this.#outer = outer;
  }

  run(): Graph {
    const graph = this.#graph;
    this.#noteNames();
    for (const info of graph.inputs) {
      this.builder.declare(info);
      this.#types.set(info.name, typeOfInfo(info));
    }
    // The builder takes only values it knows: those around a subgraph are declared here and not part of the result.
    if (this.#outer !== undefined) for (const name of valuesFromOutside(graph)) this.builder.declare({ name });
    for (const [name, value] of graph.initializers) this.builder.initializer(name, value);
    const write = (): void => graph.nodes.forEach((node) => this.#lower(node));
    if (this.#outer === undefined) write();
    else this.builder.scope(this.#outer.scope, write);
    const { nodes, initializers } = this.builder.build();
    return { ...graph, nodes: nodes.map((node) => renameInNode(node, this.#renames)), initializers };
  }

  constant(value: string): Tensor | undefined {
    if (value === '') return undefined;
    const own = this.builder.initializerOf(value);
    if (own !== undefined || this.builder.producer(value) !== undefined) return own;
    const outer = this.#outer?.lowering;
    return outer?.constant(outer.#resolve(value));
  }

  type(value: string): KnownType {
    if (value === '') return unknownType;
    const given = this.#setup.types.get(this.#renames.get(value) ?? value) ?? this.#types.get(value);
    if (given !== undefined) return given;
    const inferred = this.#infer(value);
    this.#types.set(value, inferred);
    return inferred;
  }

  #infer(value: string): KnownType {
    const constant = this.builder.initializerOf(value);
    if (constant !== undefined) return constant;
    const producer = this.builder.producer(value);
    if (producer === undefined) {
      const outer = this.#outer?.lowering;
      return outer?.type(outer.#resolve(value)) ?? unknownType;
    }
    return inferType(producer, producer.outputs.indexOf(value), {
      type: (name) => this.type(name),
      constant: (name) => this.constant(name),
    });
  }

  keep(node: Node): readonly string[] {
    const attributes = Object.entries(node.attributes).map(([key, attribute]): [string, Attribute] => {
      if (attribute.type !== 'graph') return [key, attribute];
      const outer = { lowering: this, scope: `${this.#scopeOf(node)}/${key}` };
      return [key, { type: 'graph', value: lowerGraph(attribute.value, this.#setup, outer) }];
    });
    this.builder.append({ ...node, attributes: Object.fromEntries(attributes) });
    return node.outputs;
  }

  #lower(original: Node): void {
    const node = { ...original, inputs: original.inputs.map((value) => this.#resolve(value)) };
    const folded = foldedConstant(node, (value) => this.constant(value));
    if (folded !== undefined) {
      this.builder.initializer(node.outputs[0]!, folded);
      return;
    }
    const results = this.#inlined(node) ?? this.#lowered(node);
    node.outputs.forEach((output, index) => {
      if (output !== '') this.#bind(output, results[index] ?? '', node);
    });
  }

  #lowered(node: Node): readonly string[] {
    const lowering = this.#setup.lowerings.get(loweringKey(node));
    if (lowering === undefined) return this.keep(node);
    const opset = this.#setup.opsets.get(node.domain) ?? 1;
    return this.builder.scope(this.#scopeOf(node), () => lowering(contextOf(node, opset, this)));
  }

  /** The results of an If whose condition is a constant, after its branch has been written in its place. */
  #inlined(node: Node): readonly string[] | undefined {
    if (node.opType !== 'If' || node.domain !== '') return undefined;
    const condition = this.constant(node.inputs[0] ?? '');
    if (condition === undefined) return undefined;
    const isTaken = (name: string): boolean =>
      this.#names.has(name) || this.#replacements.has(name) || this.builder.has(name);
    const branch = inlinedBranch(node, Number(condition.data[0]) !== 0, isTaken, this.#scopeOf(node));
    if (branch === undefined) return undefined;
    for (const [name, value] of branch.initializers) this.builder.initializer(name, value);
    for (const inner of branch.nodes) {
      [inner.name, ...inner.outputs].forEach((name) => this.#notePrefixes(name));
      this.#notePinned(inner);
    }
    for (const inner of branch.nodes) this.#lower(inner);
    return branch.results.map((value) => this.#resolve(value));
  }

  /** Lets a value stand for one of the model: under that one's name where it is new. */
  #bind(output: string, value: string, node: Node): void {
    if (value === '') throw new RangeError(`The lowering of ${loweringKey(node)} gave nothing for output '${output}'.`);
    if (value === output) {
      this.type(value);
      return;
    }
    this.#replacements.set(output, value);
    const isNew = this.builder.producer(value) !== undefined && !this.#names.has(value) && !this.#renames.has(value);
    if (isNew) this.#renames.set(value, output);
    else if (this.#pinned.has(output)) this.#restate(value, output);
    this.type(value);
  }

  #restate(value: string, name: string): void {
    const node = { name: `${name}/Identity`, opType: 'Identity', domain: '', attributes: {} };
    this.builder.append({ ...node, inputs: [value], outputs: [name] });
  }

  #resolve(value: string): string {
    return this.#replacements.get(value) ?? value;
  }

  /** A prefix that says which node new ones come from, and that names of the model do not have. */
  #scopeOf(node: Node): string {
    let scope = node.name || node.outputs.find((output) => output !== '') || node.opType;
    while (this.#prefixes.has(scope)) scope += '~';
    return scope;
  }

  #noteNames(): void {
    const { inputs, initializers, nodes, outputs } = this.#graph;
    for (const { name } of inputs) this.#noteName(name);
    for (const name of initializers.keys()) this.#noteName(name);
    for (const node of nodes) {
      this.#noteName(node.name);
      node.outputs.forEach((output) => this.#noteName(output));
      this.#notePinned(node);
    }
    for (const { name } of outputs) this.#pinned.add(name);
  }

  #noteName(name: string): void {
    this.#names.add(name);
    this.#notePrefixes(name);
  }

  #notePrefixes(name: string): void {
    for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1))
      this.#prefixes.add(name.slice(0, end));
  }

  #notePinned(node: Node): void {
    for (const value of valuesReadBySubgraphs(node)) this.#pinned.add(value);
  }
}

function valuesReadBySubgraphs(node: Node): string[] {
  return valuesReadBy({ ...node, inputs: [] });
}

function valuesFromOutside(graph: Graph): ReadonlySet<string> {
  const asNode = { name: '', opType: '', domain: '', inputs: [], outputs: [] };
  return new Set(valuesReadBy({ ...asNode, attributes: { graph: { type: 'graph', value: graph } } }));
}
