import { GuidedDropoutError } from '@guided-dropout/core';
import type { Tensor } from '@guided-dropout/onnx';
import type { Head, LanguageModel } from '../architectures/architecture.js';
import { buildModel } from '../build-model.js';
import type { Checkpoint } from '../checkpoint/load-checkpoint.js';
import { importError, listed } from './import-error.js';
import { sameTensor } from '../checkpoint/same-tensor.js';
import type { FoundParameter } from './recover-parameters.js';

/** An export's parameters as the model that a configuration describes has them. */
export interface KnownModel {
  /** That model, built of the export's weights as if they came from a checkpoint. */
  readonly model: LanguageModel;
  /** What the export's initializers hold, under the names of that model. */
  readonly found: ReadonlyMap<string, FoundParameter>;
}

/**
 * Holds recovered names against the architecture: it must find every parameter, in its shape, and the export must have
 * no other. Names may begin with a wrapper's, or lack the base model's prefix, as in checkpoints.
 *
 * @throws GuidedDropoutError `MODEL_*` as {@link buildModel}; `IMPORT_NAMES` listing what is missing or too many.
 */
export function asKnownModel(
  found: ReadonlyMap<string, FoundParameter>,
  checkpoint: Omit<Checkpoint, 'weights'>,
  head: Head,
): KnownModel {
  const weights = new Map(Array.from(found.values(), ({ name, value }) => [name, value]));
  const model = builtOf(weights, checkpoint, head);
  const names = new Map(model.parameters.map((name) => [model.graph.initializers.get(name)!, name]));
  const surplus: string[] = [];
  /** Equal values may be a coincidence (zero biases); of tied names, either is read where the other is missing. */
  const areTied = (own: Tensor, twin: Tensor): boolean => {
    const rest = [...weights].filter(([, value]) => value === twin || (value !== own && names.has(value)));
    const alone = modelOrFailure(new Map(rest), checkpoint, head);
    return !(alone instanceof GuidedDropoutError) && alone.graph.initializers.get(names.get(own)!) === twin;
  };
  const nameOf = ({ name, value }: FoundParameter): string => {
    // A model takes tensors as they are, so the same object is the same parameter; of twins it keeps one.
    const known = names.get(value) ?? [...names].find(([own]) => sameTensor(own, value) && areTied(own, value))?.[1];
    if (known === undefined) surplus.push(name);
    return known ?? name;
  };
  const renamed = Array.from(found, ([initializer, parameter]): [string, FoundParameter] => {
    const name = nameOf(parameter);
    return [initializer, { ...parameter, name, value: model.graph.initializers.get(name) ?? parameter.value }];
  });
  if (surplus.length === 0) return { model, found: new Map(renamed) };
  throw importError(
    'IMPORT_NAMES',
    checkpoint.folder,
    `the parameters that ${checkpoint.modelType} has with the head ${head.type}, and no others`,
    listed([...new Set(surplus)]),
    'Check that config.json belongs to the export, and that it was exported with this head.',
  );
}

/** The model of these weights, without whichever names of wrappers all their names begin with. */
function builtOf(
  weights: ReadonlyMap<string, Tensor>,
  checkpoint: Omit<Checkpoint, 'weights'>,
  head: Head,
): LanguageModel {
  const built = modelOrFailure(weights, checkpoint, head);
  if (built instanceof GuidedDropoutError) throw built;
  return built;
}

function modelOrFailure(
  weights: ReadonlyMap<string, Tensor>,
  checkpoint: Omit<Checkpoint, 'weights'>,
  head: Head,
): LanguageModel | GuidedDropoutError {
  let failure: GuidedDropoutError | undefined;
  for (const wrapper of commonPrefixes([...weights.keys()])) {
    const unwrapped = new Map(Array.from(weights, ([name, value]) => [name.slice(wrapper.length), value]));
    try {
      const model = buildModel({ ...checkpoint, weights: unwrapped }, head);
      if (model.initialised.length === 0) return model;
      failure ??= lacking(checkpoint.folder, model.initialised);
    } catch (error) {
      if (!(error instanceof GuidedDropoutError && error.code === 'MODEL_WEIGHTS')) throw error;
      failure ??= error;
    }
  }
  return failure!;
}

function lacking(where: string, missing: readonly string[]): GuidedDropoutError {
  const fix = 'Export the model with its head, or read its weights with checkpointFromOnnx and build a model of them.';
  return importError('IMPORT_NAMES', where, `parameters named ${listed(missing)}`, 'none of these names', fix);
}

/** Nothing, then the first module of all names, the first two, …, as long as they are common to all. */
function commonPrefixes(names: readonly string[]): readonly string[] {
  const prefixes = [''];
  for (;;) {
    const last = prefixes.at(-1)!;
    const end = (names[0] ?? '').indexOf('.', last.length);
    const next = names[0]?.slice(0, end + 1);
    if (end < 0 || !names.every((name) => name.startsWith(next!))) return prefixes;
    prefixes.push(next!);
  }
}
