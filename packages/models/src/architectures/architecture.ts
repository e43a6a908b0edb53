import type { Graph, Tensor } from '@guided-dropout/onnx';

/** What a model computes on top of its layers. Logits are its output `logits`, float32. */
export type Head =
  | {
      /** The masked tokens of a text: `[batch, length, vocabulary]`. */
      readonly type: 'masked-lm';
      /**
       * Decode only the positions that a further input `label_positions` `[batch, labels]` (int64, indices into the
       * row) names, not all: logits are then `[batch, labels, vocabulary]`.
       */
      readonly labelledPositionsOnly?: boolean;
    }
  | {
      /** The next token of a text: `[batch, length, vocabulary]`; those at position t predict the token at t + 1. */
      readonly type: 'causal-lm';
    }
  | {
      /** The text that another becomes: `[batch, decoder_length, vocabulary]`, of the token behind each decoder input. */
      readonly type: 'seq2seq-lm';
    }
  | {
      /** Which tokens a generator has replaced: `[batch, length]`, positive where the model takes one for replaced. */
      readonly type: 'replaced-token-detection';
    }
  | {
      /** The class of a text: `[batch, labels]`. */
      readonly type: 'sequence-classification';
      /** Labels, in the order of the logits; one label means regression. */
      readonly labels: readonly string[];
      /** Seeds the initial weights of what the checkpoint lacks (classifier, pooler). */
      readonly seed: number;
    };

/** What a head is called. */
export type HeadType = Head['type'];

/** The head of that name. */
export type HeadOf<T extends HeadType> = Extract<Head, { readonly type: T }>;

/** A model as a graph of inference with its weights in it. */
export interface LanguageModel {
  readonly modelType: string;
  readonly head: Head;
  /** Its inputs are {@link inputs}, its output `logits`; weights are initializers under their Hugging Face names. */
  readonly graph: Graph;
  /**
   * Names of the graph's inputs, in order, all int64: `input_ids`, `attention_mask` `[batch, length]`; then, where
   * architecture and head have them, `token_type_ids` of the same shape, `decoder_input_ids` `[batch, decoder_length]`
   * and `label_positions` `[batch, labels]`.
   */
  readonly inputs: readonly string[];
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
  /** The heads it has. */
  readonly heads: readonly HeadType[];
  /**
   * @param config contents of config.json.
   * @param weights tensors by their Hugging Face names, float32.
   * @param head one of {@link heads}.
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
