import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@guided-dropout/onnx';
import { loadCheckpoint, readSafetensors, type Checkpoint, type SafetensorsFile } from '../src/index.js';

/** Scalars and settings beside the golden tensors; golden/README.md says what each is. */
export interface GoldenScalars {
  readonly classification: { readonly labels: number[]; readonly loss: number; readonly gradientNorm: number };
  readonly regression: { readonly labels: number[]; readonly logits: number[]; readonly loss: number };
  readonly adamw: { readonly learningRate: number; readonly weightDecay: number; readonly clippedTo: number };
  readonly steps: {
    readonly clipNorm: number;
    readonly learningRates: number[];
    readonly losses: number[];
    readonly gradientNorms: number[];
  };
  readonly mlm: { readonly logLikelihoods: { readonly mean: number[]; readonly sum: number[] } };
  /** Parameters whose gradient is zero in exact arithmetic (a constant added to all keys changes no softmax). */
  readonly zeroGradients: string[];
}

/** A small random BERT with what PyTorch computes from it. */
export interface Golden {
  readonly checkpoint: Checkpoint;
  readonly scalars: GoldenScalars;
  readonly tensors: SafetensorsFile;
  /** `input_ids`, `attention_mask` and `token_type_ids`, `[3, 7]` with rows of 7, 5 and 4 tokens. */
  readonly inputs: Readonly<Record<string, Tensor>>;
}

/** Loads the golden model and values that make_bert_golden.py wrote. */
export async function loadGolden(): Promise<Golden> {
  const folder = fileURLToPath(new URL('./golden/tiny-random-bert/', import.meta.url));
  const tensors = await readSafetensors(`${folder}golden.safetensors`);
  const names = ['input_ids', 'attention_mask', 'token_type_ids'];
  return {
    checkpoint: await loadCheckpoint(folder),
    scalars: JSON.parse(await readFile(`${folder}golden.json`, 'utf8')) as GoldenScalars,
    tensors,
    inputs: Object.fromEntries(names.map((name) => [name, tensors.tensor(name)])),
  };
}

/** The largest absolute difference between two tensors' elements. */
export function largestDifference(a: Tensor, b: Tensor): number {
  if (a.dims.join() !== b.dims.join()) throw new RangeError(`shapes [${a.dims.join()}] and [${b.dims.join()}] differ`);
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(Number(a.data[i]) - Number(b.data[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** The largest absolute value of a tensor's elements. */
export function largestMagnitude(value: Tensor): number {
  return largestDifference(value, { ...value, data: new Float32Array(value.data.length) } as Tensor);
}
