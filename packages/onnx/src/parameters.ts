import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph } from './graph.js';
import type { Tensor } from './tensor.js';

/**
 * Turns named initializers into graph inputs of the same name, so that their values can change from run to run.
 *
 * @returns the graph and the values that were taken out, in the order of `names`.
 * @throws GuidedDropoutError `GRAPH_INITIALIZER` for a name that is no initializer.
 */
export function initializersToInputs(
  graph: Graph,
  names: Iterable<string>,
): { readonly graph: Graph; readonly values: ReadonlyMap<string, Tensor> } {
  const initializers = new Map(graph.initializers);
  const values = new Map<string, Tensor>();
  for (const name of names) {
    const value = initializers.get(name);
    if (value === undefined) throw unknownValue(graph, `an initializer '${name}'`);
    initializers.delete(name);
    values.set(name, value);
  }
  const inputs = [...values].map(([name, { dataType, dims }]) => ({ name, dataType, dims }));
  return { graph: { ...graph, inputs: [...graph.inputs, ...inputs], initializers }, values };
}

/**
 * The inverse of {@link initializersToInputs}: inputs of these names become initializers with these values, and
 * initializers of these names get them.
 *
 * @throws GuidedDropoutError `GRAPH_INITIALIZER` for a name that is neither.
 */
export function inputsToInitializers(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  const known = new Set([...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  for (const name of values.keys()) {
    if (!known.has(name)) throw unknownValue(graph, `an input or initializer '${name}'`);
  }
  return {
    ...graph,
    inputs: graph.inputs.filter((input) => !values.has(input.name)),
    initializers: new Map([...graph.initializers, ...values]),
  };
}

function unknownValue(graph: Graph, expected: string): GuidedDropoutError {
  return new GuidedDropoutError('GRAPH_INITIALIZER', {
    where: `graph '${graph.name}'`,
    expected,
    received: 'none of that name',
    fix: `Check the name against the graph; it has ${graph.initializers.size} initializers.`,
  });
}
