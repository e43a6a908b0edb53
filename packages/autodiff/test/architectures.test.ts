import { readFileSync } from 'node:fs';
import { decodeModel, float32, GraphBuilder, lowerModel, removeDead, zeros, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';
import { exportedParameters, transpose } from './exported-parameters.js';
import { emitGoldenLoss } from './golden-loss.js';
import { goldenExports, goldenModel, type GoldenModel } from './golden-model.js';

/**
 * Relative to the largest element of a tensor. PyTorch itself in float32 is off by up to 7e-7 in logits and 3e-6 in
 * gradients, so this leaves three times the rounding of a sound implementation.
 */
const TOLERANCE = 1e-5;

/** Where the exact gradient is zero; PyTorch in float32 leaves up to 2e-8, and other gradients reach 1. */
const ROUNDING_NOISE = 1e-7;

describe('gradients of what PyTorch exports equal its own:', () => {
  it.each(goldenExports())('$model, $file', async ({ model, path }) => {
    const golden = goldenModel(model);
    const { logits, loss, gradients } = await trainingRun(path, golden);
    expect(relativeError(logits, golden.logits), 'logits').toBeLessThan(TOLERANCE);
    expect(Math.abs(loss / golden.loss - 1), 'loss').toBeLessThan(TOLERANCE);
    expect([...gradients.keys()].toSorted()).toEqual([...golden.parameters.keys()].toSorted());
    const wrong = [...gradients].filter(([parameter, gradient]) => !isGolden(golden, parameter, gradient));
    expect(wrong.map(([parameter]) => parameter)).toEqual([]);
  });
});

/** Logits, loss and the gradient by every parameter, from an export and autodiff alone. */
async function trainingRun(
  path: string,
  golden: GoldenModel,
): Promise<{ logits: Tensor; loss: number; gradients: ReadonlyMap<string, Tensor> }> {
  const builder = GraphBuilder.from(lowerModel(decodeModel(readFileSync(path))));
  const labelDims = golden.labels.dims.map((_, axis) => ['batch', labelLength(golden)][axis]!);
  const labels = builder.input('labels', 'int64', labelDims);
  const loss = builder.output(emitGoldenLoss(builder, golden.head, 'logits', labels), 'float32', [], 'loss');
  const forward = builder.build();
  const held = exportedParameters(forward, golden.parameters);
  const gradients = differentiate(builder, {
    loss,
    parameters: held.map(({ initializer }) => initializer),
    types: await probeTypes(forward),
  });
  const outputs = held.map(({ initializer }) => builder.output(gradients.summed(initializer), 'float32'));
  const session = await Session.create(removeDead(builder.build()));
  const results = await session.run({ ...golden.inputs, labels: golden.labels });
  await session.release();
  const byParameter = new Map<string, Tensor>();
  held.forEach(({ parameter, transposed }, i) => {
    const gradient = transposed ? transpose(results[outputs[i]!]!) : results[outputs[i]!]!;
    const other = byParameter.get(parameter);
    byParameter.set(parameter, other ? sum(gradient, other) : gradient);
  });
  return { logits: results['logits']!, loss: Number(results['loss']!.data[0]), gradients: byParameter };
}

/** The name that exports give the axis along which labels stand. */
function labelLength({ head }: GoldenModel): string {
  return head === 'seq2seq-lm' ? 'decoder_length' : 'length';
}

function isGolden(golden: GoldenModel, parameter: string, gradient: Tensor): boolean {
  const expected = golden.gradients.get(parameter)!;
  return golden.zeroGradients.has(parameter)
    ? largestDifference(gradient, expected) < ROUNDING_NOISE
    : relativeError(gradient, expected) < TOLERANCE;
}

function relativeError(value: Tensor, expected: Tensor): number {
  return largestDifference(value, expected) / largestDifference(expected, zeros('float32', expected.dims));
}

function largestDifference(a: Tensor, b: Tensor): number {
  expect(a.dims).toEqual(b.dims);
  const expected = b.data as Float32Array;
  return Math.max(...(a.data as Float32Array).map((element, i) => Math.abs(element - expected[i]!)));
}

function sum(a: Tensor, b: Tensor): Tensor {
  expect(a.dims).toEqual(b.dims);
  const others = b.data as Float32Array;
  return float32(
    a.dims,
    (a.data as Float32Array).map((element, i) => element + others[i]!),
  );
}
