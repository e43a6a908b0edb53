import type { Graph, Node, Tensor } from '@guided-dropout/onnx';
import { sameTensor } from '../checkpoint/same-tensor.js';
import { isTelling, isTransposeOf, transposedMatrix } from './matrices.js';
import { ModuleScopes } from './module-scopes.js';
import { isNamedParameter, moduleOf } from './parameter-name.js';
import { WeightUses, type WeightUse } from './weight-uses.js';

/** What may tell the names of weights beside the graph. */
export interface NameHints {
  /** The weights of the same model under their names, to recognise those of the export by their values. */
  readonly weights?: ReadonlyMap<string, Tensor> | undefined;
  /** Whether a matrix equal to a table of embeddings is a parameter of its own. */
  readonly untied?: boolean | undefined;
}

/** An initializer that holds a parameter. */
export interface FoundParameter {
  /** Its Hugging Face name. */
  readonly name: string;
  /** Whether the initializer is the transpose of the parameter. */
  readonly transposed: boolean;
  /** The parameter in Hugging Face's layout; the same object for all initializers that hold it. */
  readonly value: Tensor;
}

/** What the initializers of a graph are. */
export interface RecoveredParameters {
  /** Those that hold parameters. */
  readonly found: ReadonlyMap<string, FoundParameter>;
  /** Those that are used as weights, and whose names nothing tells. */
  readonly unnamed: readonly string[];
}

/**
 * Finds which initializers hold parameters, under which names and in which layout. What kept its name kept its layout.
 * A matrix without one was made by folding the transpose of a linear layer's weight into it, and is named by, in this
 * order: equal weights of {@link NameHints}; an equal table of embeddings, to which it is tied; the bias added to its
 * product; the scope in the names of its nodes.
 */
export function recoverParameters(graph: Graph, hints: NameHints = {}): RecoveredParameters {
  return new Recovery(graph, hints).run();
}

/** A name that a use of an initializer suggests. */
interface NameOfUse extends Pick<WeightUse, 'role'> {
  readonly name: string;
}

class Recovery {
  readonly #found = new Map<string, FoundParameter>();
  readonly #values = new Map<string, Tensor>();
  readonly #uses: WeightUses;
  readonly #scopes: ModuleScopes;

  constructor(
    readonly graph: Graph,
    readonly hints: NameHints,
  ) {
    this.#uses = new WeightUses(graph);
    this.#scopes = new ModuleScopes(graph.nodes.map(({ name }) => name));
  }

  run(): RecoveredParameters {
    const others = new Map<string, readonly WeightUse[]>();
    for (const [initializer, value] of this.graph.initializers) {
      if (isNamedParameter(initializer, value)) this.#keep(initializer, value);
      else if (value.dataType === 'float32') others.set(initializer, this.#uses.of(initializer));
    }
    const unnamed = [...others].filter(([initializer, uses]) => uses.length > 0 && !this.#recover(initializer, uses));
    return { found: this.#found, unnamed: unnamed.map(([initializer]) => initializer) };
  }

  /** Weights of the same model know all names: another is the exporter's, if a weight has its values. */
  #keep(initializer: string, value: Tensor): void {
    const known = this.hints.weights?.has(initializer) ? undefined : this.#byValue(value);
    const parameter = known ?? { name: initializer, transposed: false, value };
    this.#addUnlessOther(initializer, parameter);
    for (const node of this.#uses.readersOf(initializer)) this.#scopes.learn(node.name, moduleOf(parameter.name));
  }

  #recover(initializer: string, uses: readonly WeightUse[]): boolean {
    const value = this.graph.initializers.get(initializer)!;
    const names = uses.flatMap((use) => this.#namesOf(use));
    // A checkpoint may have a tied table under both of its names, and the graph still computes with one.
    const known = this.#byTie(value) ?? this.#byValue(value, names);
    if (known !== undefined) return this.#addUnlessOther(initializer, known);
    for (const { name, role } of names) {
      const transposed = role === 'in-out' && value.dims.length === 2;
      const parameter = { name, transposed, value: transposed ? transposedMatrix(value) : value };
      if (this.#addUnlessOther(initializer, parameter)) return true;
    }
    return false;
  }

  /** Of weights that are equal to it, the one that the graph tells, else one that is not taken. */
  #byValue(value: Tensor, told: readonly NameOfUse[] = []): FoundParameter | undefined {
    if (this.hints.weights === undefined || !isTelling(value)) return undefined;
    const equal: FoundParameter[] = [];
    for (const [name, weight] of this.hints.weights) {
      if (sameTensor(weight, value)) equal.push({ name, transposed: false, value });
      else if (isTransposeOf(weight, value)) equal.push({ name, transposed: true, value: transposedMatrix(value) });
    }
    const names = new Set(told.map(({ name }) => name));
    return (
      equal.find(({ name }) => names.has(name) && !this.#values.has(name)) ??
      equal.find(({ name }) => !this.#values.has(name)) ??
      equal[0]
    );
  }

  /** Exporters store a tied table of embeddings again, transposed, for the product with it. */
  #byTie(value: Tensor): FoundParameter | undefined {
    if (this.hints.untied || value.dims.length !== 2 || !isTelling(value)) return undefined;
    for (const [table, { name, value: rows }] of this.#found) {
      if (table !== name || !this.#uses.isTable(table)) continue;
      if (isTransposeOf(rows, value)) return { name, transposed: true, value: rows };
      if (sameTensor(rows, value)) return { name, transposed: false, value: rows };
    }
    return undefined;
  }

  #namesOf({ node, role }: WeightUse): readonly NameOfUse[] {
    const isMatrix = role === 'in-out' || role === 'out-in';
    const modules = isMatrix ? this.#modulesOfMatrix(node) : [this.#scopes.moduleOf(node.name)];
    const kind = role === 'bias' ? 'bias' : 'weight';
    return modules.flatMap((module) => (module === undefined ? [] : [{ name: `${module}.${kind}`, role }]));
  }

  /**
   * The bias that is added to a product is a matter of the computation, scopes are only names. Yet a bias may belong to
   * the module around the layer's (`cls.predictions.bias`), and then the scope says more; so it does where the bias's
   * layer has another matrix already, or where optimisers have made one bias of several that were equal.
   */
  #modulesOfMatrix(node: Node): readonly (string | undefined)[] {
    const scope = this.#scopes.moduleOf(node.name);
    const bias = this.#uses
      .addedTo(node)
      .filter((added) => !this.#uses.isAddedToSeveral(added))
      .map((added) => this.#found.get(added)?.name)
      .find((name) => name?.endsWith('.bias'));
    if (bias === undefined) return [scope];
    const module = moduleOf(bias);
    return scope?.startsWith(`${module}.`) ? [scope] : [module, scope];
  }

  /** False where another initializer with other values has the name. */
  #addUnlessOther(initializer: string, parameter: FoundParameter): boolean {
    const same = this.#values.get(parameter.name);
    if (same !== undefined && !sameTensor(same, parameter.value)) return false;
    this.#add(initializer, same === undefined ? parameter : { ...parameter, value: same });
    return true;
  }

  #add(initializer: string, parameter: FoundParameter): void {
    this.#values.set(parameter.name, parameter.value);
    this.#found.set(initializer, parameter);
  }
}
