import { GraphBuilder, type Dimension, type Tensor } from '@guided-dropout/onnx';
import { ConfigReader } from '../../checkpoint/config-reader.js';
import { WeightSource } from '../../checkpoint/weight-source.js';
import type { Architecture, Head, HeadOf, HeadType, LanguageModel } from '../architecture.js';
import { isOfBase, withBasePrefix } from './base-prefix.js';
import { assertAllUsed, assertNewTogether } from './complete-weights.js';
import { configFor, withoutOtherLabels } from './labels.js';
import { withoutTwins, type Tie } from './tied-weights.js';

/** What every configuration says. */
export interface CommonConfig {
  readonly vocabSize: number;
  /** Longest input, in tokens. */
  readonly maxLength: number;
  /** Standard deviation of new matrices and tables. */
  readonly initializerRange: number;
}

/** One head of an architecture. */
export interface HeadDefinition<Config, H extends Head> {
  /** The class in Hugging Face `transformers`, which config.json names under `architectures`. */
  readonly className: string;
  /** What the parameters of the base model begin with in that class, where it is not the architecture's. */
  readonly basePrefix?: string;
  /** Parameters that a pretrained checkpoint may lack, to be drawn by the head's seed; none unless told. */
  readonly newParameters?: RegExp;
  /** Those of them that belong to one set of labels, and are drawn anew for another. */
  readonly labelParameters?: RegExp;
  /** Declares the graph's inputs, emits base model and head, and returns the logits, shaped as {@link Head} says. */
  emit(weights: WeightSource, config: Config, head: H): string;
}

/** What distinguishes an architecture from others; the README of `architectures` walks through one. */
export interface ArchitectureDefinition<Config extends CommonConfig> {
  readonly modelType: string;
  /** What the parameters of the base model begin with in a checkpoint with a head, e.g. `bert.`. */
  readonly basePrefix: string;
  /** The modules of the base model; a checkpoint saved without a head has their parameters without the prefix. */
  readonly baseModules: readonly string[];
  /** @throws GuidedDropoutError `MODEL_CONFIG` naming the field that is missing, malformed or unsupported. */
  readConfig(config: ConfigReader): Config;
  /** Parameters of base model and heads that are one tensor; `basePrefix` is that of the head in use. */
  ties?(config: Config, basePrefix: string): readonly Tie[];
  readonly heads: { readonly [T in HeadType]?: HeadDefinition<Config, HeadOf<T>> };
}

/** The architecture that a definition describes. */
export function defineArchitecture<Config extends CommonConfig>(
  definition: ArchitectureDefinition<Config>,
): Architecture {
  const { modelType, baseModules, heads } = definition;
  // By its type a head belongs to the definition found under that type, which TypeScript cannot see.
  const definitions = heads as Readonly<Record<HeadType, HeadDefinition<Config, Head>>>;
  const prefixes = Object.values(definitions).map(({ basePrefix = definition.basePrefix }) => basePrefix);

  function build(
    fields: Readonly<Record<string, unknown>>,
    stored: ReadonlyMap<string, Tensor>,
    head: Head,
    where: string,
    newModelSeed?: number,
  ): LanguageModel {
    const { basePrefix = definition.basePrefix, ...headDefinition } = definitions[head.type];
    const { className, newParameters, labelParameters } = headDefinition;
    const config = definition.readConfig(new ConfigReader(`${where}/config.json`, fields));

    const named = withBasePrefix(stored, baseModules, basePrefix, prefixes, where);
    const single = withoutTwins(named, definition.ties?.(config, basePrefix) ?? [], where);
    const usable = labelParameters ? withoutOtherLabels(single, fields, head, labelParameters) : single;

    const builder = new GraphBuilder(modelType);
    const weights = new WeightSource(builder, usable, where, {
      seed: newModelSeed ?? (head.type === 'sequence-classification' ? head.seed : 0),
      deviation: config.initializerRange,
      mayBeMissing: (name) => newModelSeed !== undefined || (newParameters?.test(name) ?? false),
    });
    const logits = headDefinition.emit(weights, config, head);
    const baseNames = [...single.keys()].filter((name) => isOfBase(name, baseModules, basePrefix));
    assertAllUsed(weights, baseNames, basePrefix);
    assertNewTogether(weights, labelParameters);
    builder.output(logits, 'float32', logitsDims(head, config.vocabSize), 'logits');
    const graph = builder.build();
    return {
      modelType,
      head,
      graph,
      inputs: graph.inputs.map(({ name }) => name),
      parameters: weights.parameters,
      initialised: weights.initialised,
      basePrefix,
      config: configFor(fields, head, className),
      maxLength: config.maxLength,
      vocabularySize: config.vocabSize,
    };
  }

  return { modelType, heads: Object.keys(heads) as HeadType[], build };
}

function logitsDims(head: Head, vocabSize: number): Dimension[] {
  switch (head.type) {
    case 'masked-lm':
      return ['batch', head.labelledPositionsOnly ? 'labels' : 'length', vocabSize];
    case 'causal-lm':
      return ['batch', 'length', vocabSize];
    case 'seq2seq-lm':
      return ['batch', 'decoder_length', vocabSize];
    case 'replaced-token-detection':
      return ['batch', 'length'];
    case 'sequence-classification':
      return ['batch', head.labels.length];
  }
}
