import { dirname } from 'node:path';
import { GraphBuilder, type Dimension, type Graph, type Tensor } from '@guided-dropout/onnx';
import type { Head, LanguageModel } from '../architectures/architecture.js';
import { assertFinite } from '../checkpoint/finite.js';
import type { StoredType } from '../checkpoint/stored-type.js';
import { headOfConfig } from './head-of-config.js';
import { inHuggingFaceLayout } from './hugging-face-layout.js';
import { importError, listed } from './import-error.js';
import { assertConfigOption } from './import-options.js';
import { importGraph, type ImportedGraph, type ImportOptions } from './import-graph.js';
import { asKnownModel } from './known-architecture.js';
import { withOwnPositions } from './position-ids.js';
import type { FoundParameter } from './recover-parameters.js';
import { withUsualDimensions } from './usual-dimensions.js';

/** What config.json says, where the model is of a known architecture. */
export interface ConfigOptions {
  readonly config: Readonly<Record<string, unknown>>;
  /** The head it was exported with; told by `architectures` of the configuration unless given. */
  readonly head?: Head;
}

/** An inference export as a graph that can be trained. */
export interface OnnxModel {
  /** Operators of ai.onnx opset 18; parameters are initializers under their Hugging Face names, in that layout. */
  readonly graph: Graph;
  /** Names of the graph's inputs, in order. */
  readonly inputs: readonly string[];
  /** Names of the initializers that are parameters, in the order in which the graph has them. */
  readonly parameters: readonly string[];
  /** Names of floating initializers of more than one element that are not: masks, rotary angles, buffers. */
  readonly constants: readonly string[];
  /** The type that the export's weights are stored in; in the graph they are float32. */
  readonly storedType: StoredType;
}

/**
 * Reads an inference export as a graph with named parameters: lowered to opset 18 and single precision, without the
 * plumbing of a key–value cache, with constants told from weights, and with weights that the exporter renamed,
 * transposed, duplicated or packed as a checkpoint has them. The graph computes what the export does.
 *
 * With `config`, names and shapes are checked against the architecture, and the result is a {@link LanguageModel}; its
 * graph is still the export's.
 *
 * @param source path of the ONNX file, or its bytes.
 * @throws GuidedDropoutError `CHECKPOINT_MISSING`; `ONNX_*` for a file that is broken, or has operators that cannot be
 * trained (quantised ones); `IMPORT_NAMES`, `IMPORT_TYPE`, `IMPORT_CACHE`, `IMPORT_INPUTS`, `IMPORT_OUTPUTS`;
 * `MODEL_WEIGHTS` for numbers that are not finite; with `config` also `CHECKPOINT_CONFIG` and `MODEL_*`.
 *
 * @example
 * const { graph, parameters } = await fromOnnx('model.onnx', { config });
 */
export async function fromOnnx(
  source: string | Uint8Array,
  options: ImportOptions & ConfigOptions,
): Promise<OnnxModel & LanguageModel>;
export async function fromOnnx(source: string | Uint8Array, options?: ImportOptions): Promise<OnnxModel>;
export async function fromOnnx(
  source: string | Uint8Array,
  options: ImportOptions & Partial<ConfigOptions> = {},
): Promise<OnnxModel> {
  const { config } = options;
  assertConfigOption(config);
  const untied = config?.['tie_word_embeddings'] === false;
  const imported = await importGraph(source, options, { untied, logitsOnly: config !== undefined });
  if (config === undefined) {
    assertFiniteWeights(imported);
    return onnxModel(imported, imported.graph, imported.found);
  }
  const { model, found } = knownModel(source, imported, config, options.head ?? headOfConfig(config));
  const { parameters: _any, ...described } = onnxModel(imported, withLogits(imported, model), found);
  assertInputs(imported.where, described.inputs, model.inputs);
  return { ...model, ...described } as OnnxModel & LanguageModel;
}

/** As `buildModel` does it with those of a known architecture. */
function assertFiniteWeights({ found, where }: ImportedGraph): void {
  const checked = new Set<Tensor>();
  for (const { name, value } of found.values()) {
    if (!checked.has(value)) assertFinite(value.data as Float32Array, `${where}, tensor '${name}'`);
    checked.add(value);
  }
}

function knownModel(
  source: string | Uint8Array,
  { found, storedType }: ImportedGraph,
  config: Readonly<Record<string, unknown>>,
  head: Head,
): ReturnType<typeof asKnownModel> {
  const folder = typeof source === 'string' ? dirname(source) : 'ONNX model';
  return asKnownModel(found, { folder, modelType: String(config['model_type']), config, storedType }, head);
}

function onnxModel({ storedType }: ImportedGraph, graph: Graph, found: ReadonlyMap<string, FoundParameter>): OnnxModel {
  const laidOut = withUsualDimensions(inHuggingFaceLayout(graph, found));
  const parameters = new Set(Array.from(found.values(), ({ name }) => name));
  const constants = [...laidOut.initializers].filter(
    ([name, { dataType, data }]) => dataType.startsWith('float') && data.length > 1 && !parameters.has(name),
  );
  return {
    graph: laidOut,
    inputs: laidOut.inputs.map(({ name }) => name),
    parameters: [...laidOut.initializers.keys()].filter((name) => parameters.has(name)),
    constants: constants.map(([name]) => name),
    storedType,
  };
}

/** The graph with its one output as `logits`, typed as the model's own; a generator counts its positions itself. */
function withLogits({ graph, where }: ImportedGraph, model: LanguageModel): Graph {
  const dims: readonly Dimension[] = model.graph.outputs[0]!.dims!;
  const [named, another] = graph.outputs;
  const width = named?.dims?.at(-1);
  const isOther = typeof width === 'number' && typeof dims.at(-1) === 'number' && width !== dims.at(-1);
  // A head that is tied to the embeddings has no weights by which its absence would have been seen.
  if (named === undefined || another !== undefined || isOther || /hidden|pool|embed/.test(named.name)) {
    throw importError(
      'IMPORT_OUTPUTS',
      where,
      "an output 'logits'",
      listed(graph.outputs.map(({ name }) => name)),
      'Export the model with its head, or read its weights with checkpointFromOnnx and build a model of them.',
    );
  }
  const positioned = model.head.type === 'causal-lm' ? withOwnPositions(graph) : graph;
  const builder = GraphBuilder.from({ ...positioned, outputs: [] });
  builder.output(named.name, 'float32', dims, 'logits');
  return builder.build();
}

function assertInputs(where: string, inputs: readonly string[], known: readonly string[]): void {
  const unknown = inputs.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw importError(
    'IMPORT_INPUTS',
    where,
    `inputs among ${listed(known)}`,
    listed(unknown),
    'Export the model with these inputs only; fromOnnx without config takes any.',
  );
}
