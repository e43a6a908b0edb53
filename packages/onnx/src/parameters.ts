import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph } from './graph.js';
import type { Tensor } from './tensor.js';

/**
 * Turns named initializers into graph inputs of the same name, so that their values can change from run to run.
 *
 * @returns the graph and the values that were taken out, in the order of `names`.
 */
export function initializersToInputs(
  graph: Graph,
  names: Iterable<string>,
): { readonly graph: Graph; readonly values: ReadonlyMap<string, Tensor> } {
  const initializers = new Map(graph.initializers);
  const values = new Map<string, Tensor>();
  for (const name of names) {
    const value = initializers.get(name);
    if (value === undefined) {
      throw new GuidedDropoutError('GRAPH_INITIALIZER', {
        where: `graph '${graph.name}'`,
        expected: `an initializer '${name}'`,
        received: 'none of that name',
        fix: `Name one of its ${graph.initializers.size} initializers.`,
      });
    }
    initializers.delete(name);
    values.set(name, value);
  }
  const inputs = [...values].map(([name, { dataType, dims }]) => ({ name, dataType, dims }));
  return { graph: { ...graph, inputs: [...graph.inputs, ...inputs], initializers }, values };
}

/** The inverse of {@link initializersToInputs}: inputs of these names become initializers with these values. */
export function inputsToInitializers(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  return {
    ...graph,
    inputs: graph.inputs.filter((input) => !values.has(input.name)),
    initializers: new Map([...graph.initializers, ...values]),
  };
}
