import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph, Tensor } from '@guided-dropout/onnx';
import { ResidentState, Session, type Feeds } from '@guided-dropout/runtime';
import { adamWScalars, type AdamWOptions } from './adamw.js';
import { buildStepGraph } from './step-graph.js';

/** What to optimise, and how. */
export interface StepperOptions {
  /** Ends in a scalar output named `loss`; its weights are initializers. */
  readonly graph: Graph;
  readonly parameters: readonly string[];
  readonly optimizer: AdamWOptions;
  /** Global norm that gradients are clipped to; undefined leaves them. */
  readonly maxGradientNorm?: number | undefined;
  readonly numThreads?: number | undefined;
}

/** What one step measured. */
export interface StepResult {
  /** Before the update, with the noise of this step. */
  readonly loss: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
}

/** Weights and moments under optimisation, and the session that moves them. Release it when done. */
export class Stepper {
  #step = 0;

  private constructor(
    readonly session: Session,
    readonly state: ResidentState,
    readonly optimizer: AdamWOptions,
    readonly parameters: readonly string[],
  ) {}

  /** Builds the step graph and loads it. */
  static async create(options: StepperOptions): Promise<Stepper> {
    const { graph, state } = await buildStepGraph(
      options.graph,
      options.parameters,
      options.optimizer,
      options.maxGradientNorm,
    );
    const session = await Session.create(graph, { numThreads: options.numThreads });
    const resident = new ResidentState();
    for (const { input, output, initial } of state) resident.add(input, output, initial);
    return new Stepper(session, resident, options.optimizer, options.parameters);
  }

  /** Steps done so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * One optimiser step on one batch. `feeds` holds the batch and the rates of the dropout sites. A step whose loss or
   * gradient is not finite is reported but leaves weights, moments and the count of steps as they were.
   *
   * @throws GuidedDropoutError `TRAIN_LEARNING_RATE` for a rate that is negative or not finite.
   */
  async run(feeds: Feeds, learningRate: number): Promise<StepResult> {
    if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
      throw new GuidedDropoutError('TRAIN_LEARNING_RATE', {
        where: `step ${this.#step + 1}`,
        expected: 'a finite learning rate of at least 0',
        received: String(learningRate),
        fix: 'Check the learning rate schedule.',
      });
    }
    const scalars = adamWScalars(this.optimizer, learningRate, this.#step + 1);
    const outputs = await this.state.run(this.session, {
      ...feeds,
      learning_rate: scalarOf(scalars.learningRate),
      step_size: scalarOf(scalars.stepSize),
      denominator_offset: scalarOf(scalars.denominatorOffset),
    });
    const loss = Number(outputs['loss']!.data[0]);
    const gradientNorm = Number(outputs['gradient_norm']!.data[0]);
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) this.#step++;
    else this.state.revert();
    return { loss, gradientNorm };
  }

  /** Copies of the current weights by parameter name. */
  weights(): Map<string, Tensor> {
    return new Map(this.parameters.map((name) => [name, this.state.read(name)]));
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function scalarOf(value: number): Tensor {
  return { dataType: 'float32', dims: [], data: Float32Array.of(value) };
}
