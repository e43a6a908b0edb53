import { differentiate, emitExampleLogLikelihood } from '@guided-dropout/autodiff';
import { GraphBuilder, initializersToInputs, removeDead, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';

/** The graph that squares per-example gradients. */
export interface FisherGraph {
  /** Model inputs, `labels` `[batch, labels]` and the parameters in; per-parameter sums and `log_likelihood` out. */
  readonly graph: Graph;
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** The output that holds Σ_b (∂ log p_b/∂θ)² of a parameter, in the parameter's shape. */
export function squaredSumOutput(parameter: string): string {
  return `fisher:${parameter}`;
}

/**
 * Extends a model's graph by log p of each example and the exact sum over the batch of its squared gradient.
 *
 * @param graph a model with an output `logits` `[batch, labels, classes]` and its weights as initializers.
 * @param parameters the initializers to take gradients by.
 * @param reduction log p of an example: mean or sum over its labelled tokens.
 */
export async function buildFisherGraph(
  graph: Graph,
  parameters: readonly string[],
  reduction: 'mean' | 'sum',
): Promise<FisherGraph> {
  const forward = GraphBuilder.from({ ...graph, name: `${graph.name}-fisher`, outputs: [] });
  const labels = forward.input('labels', 'int64', ['batch', 'labels']);
  const perExample = emitExampleLogLikelihood(forward, 'logits', labels, reduction);
  forward.output(perExample, 'float32', ['batch'], 'log_likelihood');
  // The gradient of a sum over examples is each example's own gradient, as no operator mixes examples.
  const total = forward.op('ReduceSum', [perExample], { keepdims: { type: 'int', value: 0 } });
  const types = await probeTypes({ ...forward.build(), outputs: [{ name: total }] });
  const gradients = differentiate(forward, { loss: total, parameters, types });
  for (const parameter of parameters) {
    const squares = gradients.perExampleSquaredSum(parameter);
    forward.output(squares, 'float32', types.get(parameter)!.dims, squaredSumOutput(parameter));
  }
  const lifted = initializersToInputs(removeDead(forward.build()), parameters);
  return { graph: lifted.graph, parameters: lifted.values };
}
