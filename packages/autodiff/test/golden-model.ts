import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@guided-dropout/onnx';
import type { Head } from './golden-loss.js';
import { readSafetensors } from './read-safetensors.js';

const folder = fileURLToPath(new URL('../../../test/golden/', import.meta.url));

/** A tiny random model with what PyTorch computes from it; test/golden/README.md says how. */
export interface GoldenModel {
  readonly head: Head;
  readonly loss: number;
  /** Parameters by Hugging Face name; tied ones appear once. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** The gradient of the loss by each of the parameters, in float64 rounded to float32. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** Parameters whose gradient is zero in exact arithmetic. */
  readonly zeroGradients: ReadonlySet<string>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly labels: Tensor;
  readonly logits: Tensor;
}

/** One of a model's exports by PyTorch's TorchScript exporter. */
export interface GoldenExport {
  readonly model: string;
  readonly file: string;
  readonly path: string;
}

type Scalars = {
  readonly head: Head;
  readonly loss: number;
  readonly inputs: readonly string[];
  readonly zeroGradients: readonly string[];
  readonly exports: readonly { readonly file: string }[];
};

function scalarsOf(model: string): Scalars {
  return JSON.parse(readFileSync(`${folder}${model}/golden.json`, 'utf8')) as Scalars;
}

/** Every export of every golden model. */
export function goldenExports(): readonly GoldenExport[] {
  const models = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/golden.json`));
  return models.flatMap((model) =>
    scalarsOf(model).exports.map(({ file }) => ({ model, file, path: `${folder}${model}/${file}` })),
  );
}

/** Loads a golden model. */
export function goldenModel(model: string): GoldenModel {
  const { head, loss, inputs, zeroGradients } = scalarsOf(model);
  const golden = readSafetensors(`${folder}${model}/golden.safetensors`);
  const parameters = readSafetensors(`${folder}${model}/model.safetensors`);
  return {
    head,
    loss,
    parameters,
    gradients: new Map([...parameters.keys()].map((name) => [name, golden.get(`gradient:${name}`)!])),
    zeroGradients: new Set(zeroGradients),
    inputs: Object.fromEntries(inputs.map((name) => [name, golden.get(name)!])),
    labels: golden.get('labels')!,
    logits: golden.get('logits')!,
  };
}
