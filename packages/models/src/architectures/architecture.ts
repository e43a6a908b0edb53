import type { Graph, Tensor } from '@guided-dropout/onnx';

/** What a model computes on top of its encoder. */
export type Head =
  | {
      readonly type: 'masked-lm';
      /**
       * Decode only the positions that a further input `label_positions` `[batch, labels]` (int64, indices into the
       * row) names, not all: logits are then `[batch, labels, vocabulary]`.
       */
      readonly labelledPositionsOnly?: boolean;
    }
  | {
      readonly type: 'sequence-classification';
      /** Labels, in the order of the logits; one label means regression. */
      readonly labels: readonly string[];
      /** Seeds the initial weights of what the checkpoint lacks (classifier, pooler). */
      readonly seed: number;
    };

/** A model as a graph of inference with its weights in it. */
export interface LanguageModel {
  readonly modelType: string;
  readonly head: Head;
  /**
   * Inputs `input_ids`, `attention_mask`, `token_type_ids` `[batch, length]` int64 (and `label_positions` where the
   * head has them); output `logits`. Weights are initializers under their Hugging Face names.
   */
  readonly graph: Graph;
  /** Names of the weights among the graph's initializers, in the model's order. */
  readonly parameters: readonly string[];
  /** Parameters that were not in the checkpoint and have fresh random values. */
  readonly initialised: readonly string[];
  /** Prefix of the base model's parameters, e.g. `bert.`; the others belong to heads. */
  readonly basePrefix: string;
  /** The configuration to save beside these weights: `config.json` with this head's fields. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Longest input, in tokens. */
  readonly maxLength: number;
  readonly vocabularySize: number;
}

/** What it takes to build models of one `model_type`. */
export interface Architecture {
  readonly modelType: string;
  /**
   * @param config contents of config.json.
   * @param weights tensors by their Hugging Face names, float32.
   * @param where the checkpoint, for messages.
   * @param newModelSeed draws every parameter that is missing; undefined allows only those of a new head to be.
   */
  build(
    config: Readonly<Record<string, unknown>>,
    weights: ReadonlyMap<string, Tensor>,
    head: Head,
    where: string,
    newModelSeed?: number,
  ): LanguageModel;
}
