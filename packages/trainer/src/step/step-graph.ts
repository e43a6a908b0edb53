import { differentiate } from '@guided-dropout/autodiff';
import { GraphBuilder, initializersToInputs, removeDead, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import { adamW, isDecayed, type AdamWOptions } from './adamw.js';
import { emitClipFactor, emitGlobalNorm } from './global-norm.js';

/** Names of the scalar inputs that change from step to step. */
export const SCALAR_INPUTS = ['learning_rate', 'step_size', 'denominator_scale'] as const;

/** One optimiser step as a graph: state, batch and scalars in; new state, `loss` and `gradient_norm` out. */
export interface StepGraph {
  readonly graph: Graph;
  /** Values of the parameters at the start. */
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** The graph inputs that carry a parameter and its moments, in this order. */
export function stateInputs(parameter: string): readonly [string, string, string] {
  return [parameter, `first_moment:${parameter}`, `second_moment:${parameter}`];
}

/** The graph outputs with the new values of {@link stateInputs}, in the same order. */
export function stateOutputs(parameter: string): readonly [string, string, string] {
  return [`new:${parameter}`, `new_first_moment:${parameter}`, `new_second_moment:${parameter}`];
}

/**
 * Builds forward pass, gradients, clipping and AdamW as one graph.
 *
 * @param graph ends in a scalar output named `loss`; its weights are initializers.
 * @param parameters initializers to train; the others stay as they are.
 * @param maxGradientNorm the global norm gradients are clipped to; undefined leaves them.
 */
export async function buildStepGraph(
  graph: Graph,
  parameters: readonly string[],
  optimizer: AdamWOptions,
  maxGradientNorm: number | undefined,
): Promise<StepGraph> {
  const types = await probeTypes(graph);
  const builder = GraphBuilder.from({ ...graph, name: `${graph.name}-step`, outputs: [] });
  const gradients = differentiate(builder, { loss: 'loss', parameters, types });
  const summed = parameters.map((parameter) => gradients.summed(parameter));
  const [learningRate, stepSize, denominatorScale] = SCALAR_INPUTS.map((name) => builder.input(name, 'float32', []));
  builder.declareOutput({ name: 'loss', dataType: 'float32', dims: [] });
  builder.scope('optimizer', () => {
    const norm = emitGlobalNorm(builder, summed);
    builder.output(norm, 'float32', [], 'gradient_norm');
    const gradientScale =
      maxGradientNorm === undefined ? builder.number(1, 'float32') : emitClipFactor(builder, norm, maxGradientNorm);
    const scalars = {
      learningRate: learningRate!,
      stepSize: stepSize!,
      denominatorScale: denominatorScale!,
      gradientScale,
    };
    const update = adamW(builder, optimizer, scalars);
    parameters.forEach((parameter, i) => {
      const { dims } = types.get(parameter)!;
      const [weight, first, second] = stateInputs(parameter);
      builder.input(first, 'float32', dims);
      builder.input(second, 'float32', dims);
      const state = { weight, firstMoment: first, secondMoment: second };
      const next = update(state, summed[i]!, isDecayed(dims));
      const names = stateOutputs(parameter);
      [next.weight, next.firstMoment, next.secondMoment].forEach((value, k) =>
        builder.output(value, 'float32', dims, names[k]!),
      );
    });
  });
  const lifted = initializersToInputs(removeDead(builder.build()), parameters);
  return { graph: lifted.graph, parameters: lifted.values };
}
