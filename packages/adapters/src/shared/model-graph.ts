import { GuidedDropoutError } from '@guided-dropout/core';
import { valuesReadBy, type Graph } from '@guided-dropout/onnx';
import { familiesIn, prefixBefore, type Family } from './families.js';
import { refuseFusedOperators } from './fused-operators.js';
import { GraphIndex } from './graph-index.js';
import { Mismatch } from './mismatch.js';

/** A graph of a known architecture, whose parameters are found by their paths relative to the base model. */
export class ModelGraph {
  private constructor(
    readonly family: Family,
    readonly index: GraphIndex,
    readonly names: ReadonlySet<string>,
    readonly prefix: string,
  ) {}

  /**
   * @throws GuidedDropoutError `ADAPTER_NO_MATCH` for a graph without the family's parameters, `ADAPTER_FUSED` for one
   * whose operators hide sites.
   */
  static of(family: Family, graph: Graph): ModelGraph {
    refuseFusedOperators(graph);
    const names = new Set([...graph.initializers.keys(), ...graph.inputs.map((input) => input.name)]);
    return new ModelGraph(family, new GraphIndex(graph), names, basePrefix(family, graph, names));
  }

  /** The model around the base model, where heads are. */
  get withHead(): ModelGraph {
    return new ModelGraph(this.family, this.index, this.names, this.prefix.replace(/[^.]+\.$/, ''));
  }

  /** The full name of a parameter. @throws Mismatch where there is none. */
  parameter(relative: string): string {
    const name = this.find(relative);
    if (name === undefined) throw new Mismatch(`the parameter '${this.prefix}${relative}'`, 'none of that name');
    return name;
  }

  /** As {@link parameter}, undefined where there is none. */
  find(relative: string): string | undefined {
    const name = `${this.prefix}${relative}`;
    return this.names.has(name) ? name : undefined;
  }

  /** Whether the module of that path has parameters. */
  has(module: string): boolean {
    return [...this.names].some((name) => name.startsWith(`${this.prefix}${module}.`));
  }

  /** Paths of the modules in a list: `h.0`, `h.1`, … @throws GuidedDropoutError `ADAPTER_NO_MATCH` where one lacks. */
  modules(list: string): string[] {
    const start = `${this.prefix}${list}.`;
    const numbers = new Set<number>();
    for (const name of this.names) {
      const number = name.startsWith(start) ? /^(\d+)\./.exec(name.slice(start.length)) : null;
      if (number) numbers.add(Number(number[1]));
    }
    const missing = [...numbers.keys()].findIndex((_, i) => !numbers.has(i));
    if (numbers.size === 0 || missing >= 0) {
      throw noMatch(
        this.family,
        `graph '${this.index.graph.name}'`,
        `parameters '${start}N…' with N from 0 to ${Math.max(0, ...numbers)}`,
        missing >= 0 ? `none of '${start}${missing}'` : 'none',
      );
    }
    return [...numbers.keys()].map((_, i) => `${list}.${i}`);
  }

  /** Who reads a parameter, for errors. */
  readersOf(parameter: string): string {
    const hidden = this.index.graph.nodes.find(
      (node) => valuesReadBy(node).includes(parameter) && !node.inputs.includes(parameter),
    );
    if (hidden !== undefined) return `its reader inside ${hidden.opType} ('${hidden.name}')`;
    const readers = this.index.readers(parameter);
    return readers.length === 0
      ? 'no reader of it'
      : readers.map((node) => `${node.opType} ('${node.name || node.outputs[0]}')`).join(', ');
  }
}

/** An error of an adapter: something of its architecture is not there. */
export function noMatch(family: Family, where: string, expected: string, received: string): GuidedDropoutError {
  return new GuidedDropoutError('ADAPTER_NO_MATCH', {
    where: `${family.name} adapter, ${where}`,
    expected,
    received,
    fix: `Pass the graph of a ${family.name} whose parameters carry their Hugging Face names: one that buildModel made, or an export, that no optimiser has fused, read by fromOnnx.`,
  });
}

function basePrefix(family: Family, graph: Graph, names: ReadonlySet<string>): string {
  const prefixes = [...names].map((name) => prefixBefore(name, family.anchor)).filter((found) => found !== undefined);
  const [prefix] = prefixes;
  const others = familiesIn(names).filter((other) => other !== family);
  const isOfOther = others.some(({ baseModule }) => prefix?.endsWith(`${baseModule}.`));
  if (prefix !== undefined && prefixes.length === 1 && (!isOfOther || prefix.endsWith(`${family.baseModule}.`))) {
    return prefix;
  }
  const what = others.length > 0 ? `those of ${others.map(({ name }) => name).join(' or ')}` : 'none of that name';
  throw noMatch(
    family,
    `graph '${graph.name}'`,
    `one parameter named '…${family.anchor}' of a ${family.name}`,
    prefixes.length > 1 ? `several: ${prefixes.map((each) => `'${each}${family.anchor}'`).join(', ')}` : what,
  );
}
