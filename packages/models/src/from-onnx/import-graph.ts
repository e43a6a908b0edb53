import { lowerModel, removeDead, type ExternalDataReader, type Graph, type Tensor } from '@guided-dropout/onnx';
import { storedTypeOf, type StoredType } from '../checkpoint/stored-type.js';
import { withOwnWeights } from './equal-weights.js';
import { hasCache, withoutCache, withoutFusedCache } from './generation-cache.js';
import { importError, listed } from './import-error.js';
import { withSeparateProjections } from './packed-projections.js';
import { withOwnPositions } from './position-ids.js';
import { isNamedParameter } from './parameter-name.js';
import { readOnnx } from './read-onnx.js';
import { recoverParameters, type FoundParameter, type NameHints } from './recover-parameters.js';
import { inSinglePrecision, withoutIdleCasts } from './single-precision.js';

/** How the weights of an export get their names back. */
export interface ImportOptions {
  /** Gives the data files of a model that comes as bytes; those beside a file are found. */
  readonly externalData?: ExternalDataReader;
  /** Weights of the same model under their Hugging Face names: what was renamed is recognised by its values. */
  readonly checkpoint?: { readonly weights: ReadonlyMap<string, Tensor> };
  /** `'keep'` leaves weights whose names nothing tells as the export calls and stores them; else they are an error. */
  readonly names?: 'keep';
}

/** An export in standard operators, in single precision, without cache; its weights still stored as exported. */
export interface ImportedGraph {
  readonly graph: Graph;
  readonly found: ReadonlyMap<string, FoundParameter>;
  readonly storedType: StoredType;
  /** What messages call it. */
  readonly where: string;
}

/** What a configuration says before the architecture is asked. */
export interface ImportHints extends Pick<NameHints, 'untied'> {
  /** Whether the output `logits` is all that is wanted, if there is one. */
  readonly logitsOnly?: boolean;
}

/** Reads an export and finds its parameters. Errors as `fromOnnx`. */
export async function importGraph(
  source: string | Uint8Array,
  options: ImportOptions,
  hints: ImportHints = {},
): Promise<ImportedGraph> {
  const where = typeof source === 'string' ? source : 'ONNX model';
  const exported = await readOnnx(source, options.externalData);
  assertNoDoubles(exported.graph, where);
  const storedType = storedTypeOf(
    new Set(Array.from(exported.graph.initializers.values(), ({ dataType }) => dataType)),
  );
  const single = withOwnWeights(inSinglePrecision(exported.graph), hints.untied);
  const model = withoutFusedCache({ ...exported, graph: single });
  const lowered = withoutCache(lowerModel(model, { lowerings: withoutIdleCasts }), where);
  const asked = hints.logitsOnly ? withLogitsOnly(lowered) : lowered;
  const positioned = hasCache(exported.graph) ? withOwnPositions(asked) : asked;
  const known = { untied: hints.untied, weights: options.checkpoint?.weights };
  const packed = recoverParameters(positioned, known);
  const graph = withSeparateProjections(positioned, packed.found);
  const { found, unnamed } = graph === positioned ? packed : recoverParameters(graph, known);
  if (unnamed.length === 0) return { graph, found, storedType, where };
  if (options.names !== 'keep') throw withoutNames(where, unnamed);
  const kept = unnamed.map((name): [string, FoundParameter] => [
    name,
    { name, transposed: false, value: graph.initializers.get(name)! },
  ]);
  return { graph, found: new Map([...found, ...kept]), storedType, where };
}

/** Weights are trained in single precision. Double precision would be lost without a word, so it is not taken. */
function assertNoDoubles(graph: Graph, where: string): void {
  const [double] = [...graph.initializers].filter(
    ([name, value]) =>
      value.dataType === 'float64' && isNamedParameter(name, { ...value, dataType: 'float32' } as Tensor),
  );
  if (double === undefined) return;
  const fix = 'Export the model in float32.';
  throw importError('IMPORT_TYPE', where, `'${double[0]}' in float32, float16 or bfloat16`, 'float64', fix);
}

function withLogitsOnly(graph: Graph): Graph {
  const logits = graph.outputs.filter(({ name }) => name === 'logits');
  return logits.length === 0 ? graph : removeDead({ ...graph, outputs: logits }, { keepInputs: true });
}

function withoutNames(where: string, unnamed: readonly string[]): Error {
  return importError(
    'IMPORT_NAMES',
    where,
    'weights whose Hugging Face names the export tells, by names, biases beside them or scopes of nodes',
    `none for ${listed(unnamed)}`,
    "Pass the checkpoint that was exported as options.checkpoint, or names: 'keep'; do_constant_folding=False keeps names.",
  );
}
