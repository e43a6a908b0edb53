import { differentiate } from '@guided-dropout/autodiff';
import { GraphBuilder, initializersToInputs, removeDead, zeros, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import { adamW, isDecayed, type AdamWOptions, type AdamWState } from './adamw.js';
import { emitClipFactor, emitGlobalNorm } from './global-norm.js';

/** Names of the scalar inputs that change from step to step. */
export const SCALAR_INPUTS = ['learning_rate', 'step_size', 'denominator_offset'] as const;

/** A tensor of the state: the graph input that carries its value, and the output that holds its new one. */
export interface StateTensor {
  readonly input: string;
  readonly output: string;
  /** The value at the start. */
  readonly initial: Tensor;
}

/** One optimiser step as a graph: state, batch and scalars in; new state, `loss` and `gradient_norm` out. */
export interface StepGraph {
  readonly graph: Graph;
  /** Every parameter, under its own name, with its two moments. */
  readonly state: readonly StateTensor[];
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
  const [learningRate, stepSize, denominatorOffset] = SCALAR_INPUTS.map((name) => builder.input(name, 'float32', []));
  builder.declareOutput({ name: 'loss', dataType: 'float32', dims: [] });
  const updates: { readonly parameter: string; readonly before: AdamWState; readonly after: AdamWState }[] = [];
  builder.scope('optimizer', () => {
    const norm = emitGlobalNorm(builder, summed);
    builder.output(norm, 'float32', [], 'gradient_norm');
    const gradientScale =
      maxGradientNorm === undefined ? builder.number(1, 'float32') : emitClipFactor(builder, norm, maxGradientNorm);
    const scalars = {
      learningRate: learningRate!,
      stepSize: stepSize!,
      denominatorOffset: denominatorOffset!,
      gradientScale,
    };
    const update = adamW(builder, optimizer, scalars);
    parameters.forEach((parameter, i) => {
      const { dims } = types.get(parameter)!;
      const before: AdamWState = {
        weight: parameter,
        firstMoment: builder.input(`first_moment:${parameter}`, 'float32', dims),
        secondMoment: builder.input(`second_moment:${parameter}`, 'float32', dims),
      };
      const after = update(before, summed[i]!, isDecayed(dims));
      // Outputs keep the names the builder gave them: another name would cost a copy of the tensor.
      for (const output of Object.values(after)) builder.declareOutput({ name: output, dataType: 'float32', dims });
      updates.push({ parameter, before, after });
    });
  });
  const lifted = initializersToInputs(removeDead(builder.build()), parameters);
  const state = updates.flatMap(({ parameter, before, after }) => {
    const weight = lifted.values.get(parameter)!;
    const moment = zeros('float32', weight.dims);
    return [
      { input: before.weight, output: after.weight, initial: weight },
      { input: before.firstMoment, output: after.firstMoment, initial: moment },
      { input: before.secondMoment, output: after.secondMoment, initial: moment },
    ];
  });
  return { graph: lifted.graph, state };
}
