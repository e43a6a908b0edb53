import { fileURLToPath } from 'node:url';
import { int64, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { loadCheckpoint, readSafetensors, type Checkpoint, type Head, type LanguageModel } from '../src/index.js';

/** The three classes of the golden classifiers. */
export const classification: Head = {
  type: 'sequence-classification',
  labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
  seed: 1,
};

/** A golden model of the repository's test/golden, whose README says what it is. */
export interface GoldenDecoder {
  readonly checkpoint: Checkpoint;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly logits: Tensor;
}

/** Loads a golden model with a head of a decoder. */
export async function goldenDecoder(name: string): Promise<GoldenDecoder> {
  const folder = fileURLToPath(new URL(`../../../test/golden/${name}/`, import.meta.url));
  const golden = await readSafetensors(`${folder}golden.safetensors`);
  const inputs = ['input_ids', 'attention_mask', 'decoder_input_ids'].filter((input) => golden.names.includes(input));
  return {
    checkpoint: await loadCheckpoint(folder),
    inputs: Object.fromEntries(inputs.map((input) => [input, golden.tensor(input)])),
    logits: golden.tensor('logits'),
  };
}

/** The logits that a model computes from those of the inputs that it has. */
export async function logitsOf(model: LanguageModel, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const session = await Session.create(model.graph);
  const { logits } = await session.run(Object.fromEntries(model.inputs.map((name) => [name, inputs[name]!])));
  await session.release();
  return logits!;
}

/** `input_ids` and `attention_mask` of rows of tokens; `padding` fills the shorter ones on the side given. */
export function tokenRows(
  rows: readonly (readonly number[])[],
  padding: number,
  side: 'left' | 'right' = 'right',
): Readonly<Record<'input_ids' | 'attention_mask', Tensor>> {
  const length = Math.max(...rows.map((row) => row.length));
  const dims = [rows.length, length];
  const filled = (row: readonly number[], filling: number): number[] => {
    const missing = Array.from({ length: length - row.length }, () => filling);
    return side === 'left' ? [...missing, ...row] : [...row, ...missing];
  };
  return {
    input_ids: int64(
      dims,
      rows.flatMap((row) => filled(row, padding)),
    ),
    attention_mask: int64(
      dims,
      rows.flatMap((row) =>
        filled(
          row.map(() => 1),
          0,
        ),
      ),
    ),
  };
}

/** Logits `[batch, …, classes]` at one position of one row, or, without a position, of a row of classes. */
export function rowOf(logits: Tensor, row: number, position = 0): number[] {
  const [, length = 1] = logits.dims.length === 3 ? logits.dims : [];
  const classes = logits.dims.at(-1)!;
  const start = (row * length + position) * classes;
  return Array.from(logits.data.subarray(start, start + classes) as Float32Array);
}

/** A checkpoint with some of its tensors replaced or renamed; `undefined` drops one. */
export function withWeights(
  checkpoint: Checkpoint,
  change: (name: string, value: Tensor) => readonly [string, Tensor] | undefined,
): Checkpoint {
  const changed = [...checkpoint.weights].map(([name, value]) => change(name, value));
  return { ...checkpoint, weights: new Map(changed.filter((one) => one !== undefined)) };
}

/** A checkpoint with other fields in its config.json; `model_type` is heeded. */
export function withConfig(checkpoint: Checkpoint, fields: Readonly<Record<string, unknown>>): Checkpoint {
  const config = { ...checkpoint.config, ...fields };
  return { ...checkpoint, config, modelType: config['model_type'] as string };
}

/** A float32 tensor with each of its elements changed. */
export function mapped(value: Tensor, change: (element: number, index: number) => number): Tensor {
  return { ...value, data: (value.data as Float32Array).map(change) } as Tensor;
}

/** Mean negative log-likelihood of each token of a row given those before it. */
export function meanNextTokenLoss(logits: Tensor, tokens: readonly number[]): number {
  const losses = tokens.slice(1).map((token, position) => {
    const row = rowOf(logits, 0, position);
    const largest = Math.max(...row);
    return largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) - row[token]!;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
