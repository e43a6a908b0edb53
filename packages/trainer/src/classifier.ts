import { inputsToInitializers, initializersToInputs, type Graph, type Tensor } from '@guided-dropout/onnx';
import { Session, type SessionOptions } from '@guided-dropout/runtime';
import { inBatches } from './data/batches.js';
import { collateInputs, type ClassificationExample } from './data/classification.js';

/** A classifier's graph of inference, run with weights that may change between runs. */
export class Classifier {
  private constructor(
    readonly session: Session,
    readonly inputs: readonly string[],
    readonly numLabels: number,
    readonly padId: number,
  ) {}

  /**
   * @param graph has an output `logits` `[batch, numLabels]` and the parameters as initializers; of `input_ids`,
   * `attention_mask` and `token_type_ids` it is fed those that are its inputs.
   */
  static async create(
    graph: Graph,
    parameters: readonly string[],
    numLabels: number,
    padId: number,
    options: SessionOptions = {},
  ): Promise<Classifier> {
    const session = await Session.create(initializersToInputs(graph, parameters).graph, options);
    const inputs = graph.inputs.map(({ name }) => name);
    return new Classifier(session, inputs, numLabels, padId);
  }

  /**
   * The logits of every example, in the order given; batches hold examples of like length.
   *
   * @param weights values of the parameters by name.
   */
  async logits(
    weights: Readonly<Record<string, Tensor>>,
    examples: readonly ClassificationExample[],
    batchSize = 32,
  ): Promise<Float32Array[]> {
    const order = examples.map((_, i) => i).toSorted((a, b) => lengthOf(examples[a]!) - lengthOf(examples[b]!));
    const logits = Array.from<Float32Array>({ length: examples.length });
    for (const indices of inBatches(order, batchSize)) {
      const batch = indices.map((i) => examples[i]!);
      const outputs = await this.session.run({ ...weights, ...collateInputs(batch, this.padId, this.inputs) });
      const data = outputs['logits']!.data as Float32Array;
      indices.forEach((i, b) => (logits[i] = data.slice(b * this.numLabels, (b + 1) * this.numLabels)));
    }
    return logits;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** The class with the largest logit, or the value itself where there is one logit (regression). */
export function predictionOf(logits: Float32Array): number {
  return logits.length === 1 ? logits[0]! : logits.indexOf(Math.max(...logits));
}

/** A graph of inference with these weights in place of its own. */
export function withWeights(graph: Graph, weights: ReadonlyMap<string, Tensor>): Graph {
  return inputsToInitializers(graph, weights);
}

function lengthOf(example: ClassificationExample): number {
  return example.inputIds.length;
}
