import { Random } from '@guided-dropout/core';
import { float32, GraphBuilder, initializersToInputs, int64, removeDead, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import {
  differentiate,
  emitCrossEntropy,
  emitExampleLogLikelihood,
  emitLabelLogLikelihood,
  emitMeanSquaredError,
  IGNORED_LABEL,
} from '../src/index.js';
import { checkGradients } from './check-gradients.js';

const ANY = IGNORED_LABEL;

/** log softmax(row)[label] in float64, the largest logit taken out first. */
function logProbability(row: readonly number[], label: number): number {
  const largest = Math.max(...row);
  return row[label]! - largest - Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** What `emit` makes of logits and labels, in float32. */
async function evaluate(
  logits: Tensor,
  labels: Tensor,
  emit: (b: GraphBuilder, logits: string, labels: string) => string,
): Promise<Tensor> {
  const b = new GraphBuilder('loss');
  const inputs = [b.input('logits', logits.dataType, logits.dims), b.input('labels', labels.dataType, labels.dims)];
  b.output(emit(b, inputs[0]!, inputs[1]!), 'float32', undefined, 'result');
  const session = await Session.create(b.build());
  const outputs = await session.run({ logits, labels });
  await session.release();
  return outputs['result']!;
}

/** The gradient of Σ `emit` by the logits. */
async function gradientOf(
  logits: Tensor,
  labels: Tensor,
  emit: (b: GraphBuilder, logits: string, labels: string) => string,
): Promise<Float32Array> {
  const b = new GraphBuilder('loss');
  b.output(emit(b, b.initializer('logits', logits), b.constant(labels)), 'float32', [], 'loss');
  const gradients = differentiate(b, { loss: 'loss', parameters: ['logits'], types: await probeTypes(b.build()) });
  b.output(gradients.summed('logits'), 'float32', logits.dims, 'gradient');
  const lifted = initializersToInputs(removeDead(b.build()), ['logits']);
  const session = await Session.create(lifted.graph);
  const outputs = await session.run({ logits });
  await session.release();
  return outputs['gradient']!.data as Float32Array;
}

const rows = [
  [1, 2, 0.5],
  [-3, 0, 4],
  [0.1, 0.2, 0.3],
  [7, -7, 0],
];
const logits = float32([4, 3], rows.flat());

describe('emitCrossEntropy', () => {
  it('is the mean of −log p over the labels', async () => {
    const labels = [1, 0, 2, 2];
    const loss = await evaluate(logits, int64([4], labels), emitCrossEntropy);
    const expected = -rows.reduce((sum, row, i) => sum + logProbability(row, labels[i]!), 0) / 4;
    expect(loss.dims).toEqual([]);
    expect(loss.data[0]).toBeCloseTo(expected, 5);
  });

  it('leaves ignored labels out of the sum and of the count', async () => {
    const loss = await evaluate(logits, int64([4], [1, ANY, ANY, 2]), emitCrossEntropy);
    expect(loss.data[0]).toBeCloseTo(-(logProbability(rows[0]!, 1) + logProbability(rows[3]!, 2)) / 2, 5);
  });

  it('counts all labels of [batch, length] alike, however many an example has', async () => {
    const batch = float32([2, 2, 3], rows.flat());
    const loss = await evaluate(batch, int64([2, 2], [0, ANY, 1, 2]), emitCrossEntropy);
    const expected = -(logProbability(rows[0]!, 0) + logProbability(rows[2]!, 1) + logProbability(rows[3]!, 2)) / 3;
    expect(loss.data[0]).toBeCloseTo(expected, 5);
  });

  it('is log C where nothing is known', async () => {
    const loss = await evaluate(float32([2, 3], [0, 0, 0, 5, 5, 5]), int64([2], [0, 2]), emitCrossEntropy);
    expect(loss.data[0]).toBeCloseTo(Math.log(3), 6);
  });

  it('is not a number when no label counts', async () => {
    const loss = await evaluate(logits, int64([4], [ANY, ANY, ANY, ANY]), emitCrossEntropy);
    expect(loss.data[0]).toBeNaN();
  });

  it('stays finite and exact for logits of 1e4, in value and gradient', async () => {
    const large = float32([3, 2], [1e4, -1e4, -1e4, 1e4, 1e4, 1e4]);
    const labels = int64([3], [0, 0, 1]);
    const loss = await evaluate(large, labels, emitCrossEntropy);
    expect(loss.data[0]).toBeCloseTo((0 + 2e4 + Math.log(2)) / 3, 2);
    const gradient = await gradientOf(large, labels, emitCrossEntropy);
    // (softmax − label) / 3; the certain rows are exactly 0 and 1.
    [0, 0, -1, 1, 0.5, -0.5].forEach((value, i) => expect(gradient[i]).toBeCloseTo(value / 3, 6));
  });

  it('has the gradient (softmax − label)/count, and none at ignored labels', async () => {
    const labels = [1, ANY, 2, 0];
    const gradient = await gradientOf(logits, int64([4], labels), emitCrossEntropy);
    rows.forEach((row, i) =>
      row.forEach((_, c) => {
        const expected = labels[i] === ANY ? 0 : (Math.exp(logProbability(row, c)) - Number(labels[i] === c)) / 3;
        expect(gradient[i * 3 + c]).toBeCloseTo(expected, 6);
      }),
    );
  });

  it('agrees with central differences in float64', async () => {
    const b = new GraphBuilder('loss');
    const loss = emitCrossEntropy(b, b.initializer('logits', logits), b.constant(int64([4], [1, ANY, 2, 0])));
    b.output(loss, 'float32', [], 'loss');
    await checkGradients(b.build(), ['logits']);
  });
});

describe('emitLabelLogLikelihood', () => {
  it('is log p of each label, 0 and uncounted where there is none', async () => {
    const labels = int64([4], [2, ANY, 0, 1]);
    const logLikelihood = await evaluate(logits, labels, (...args) => emitLabelLogLikelihood(...args).logLikelihood);
    const counted = await evaluate(logits, labels, (...args) => emitLabelLogLikelihood(...args).counted);
    expect(counted).toEqual(float32([4], [1, 0, 1, 1]));
    expect(logLikelihood.data[1]).toBeCloseTo(0, 9);
    for (const [i, label] of [
      [0, 2],
      [2, 0],
      [3, 1],
    ] as const) {
      expect(logLikelihood.data[i]).toBeCloseTo(logProbability(rows[i]!, label), 5);
    }
  });
});

describe('emitExampleLogLikelihood', () => {
  const random = new Random(2);
  const [batch, length, classes] = [4, 3, 5];
  const values = Array.from({ length: batch * length * classes }, () => 3 * random.normal());
  const row = (b: number, t: number): number[] =>
    values.slice((b * length + t) * classes, (b * length + t + 1) * classes);
  // Examples with three, one, two and no labels.
  const labels = [4, 0, 2, ANY, 3, ANY, 1, ANY, 1, ANY, ANY, ANY];
  const sums = Array.from({ length: batch }, (_, b) =>
    [0, 1, 2].reduce((sum, t) => {
      const label = labels[b * length + t]!;
      return label === ANY ? sum : sum + logProbability(row(b, t), label);
    }, 0),
  );
  const feeds = [float32([batch, length, classes], values), int64([batch, length], labels)] as const;

  it.each([
    ['sum', sums],
    ['mean', sums.map((sum, b) => sum / [3, 1, 2, 1][b]!)],
  ] as const)('as %s over the labels of each example; 0 for one without labels', async (reduction, expected) => {
    const result = await evaluate(...feeds, (b, x, y) => emitExampleLogLikelihood(b, x, y, reduction));
    expect(result.dims).toEqual([batch]);
    expected.forEach((value, b) => expect(result.data[b]).toBeCloseTo(value, 4));
    expect(result.data[3]).toBeCloseTo(0, 9);
  });

  it.each(['sum', 'mean'] as const)('as %s agrees with central differences in float64', async (reduction) => {
    const b = new GraphBuilder('loss');
    const each = emitExampleLogLikelihood(b, b.initializer('logits', feeds[0]), b.constant(feeds[1]), reduction);
    // Squared, so that the examples' gradients have different factors.
    const squares = b.op('Mul', [each, each]);
    b.output(b.op('ReduceSum', [squares], { keepdims: { type: 'int', value: 0 } }), 'float32', [], 'loss');
    await checkGradients(b.build(), ['logits']);
  });
});

describe('emitMeanSquaredError', () => {
  const prediction = [1, -2, 0.5, 3];
  const target = float32([4], [0, -2.5, 4, 3]);

  it('is the mean of the squared differences', async () => {
    const loss = await evaluate(float32([4], prediction), target, emitMeanSquaredError);
    expect(loss.dims).toEqual([]);
    expect(loss.data[0]).toBeCloseTo((1 + 0.25 + 12.25 + 0) / 4, 6);
  });

  it('has the gradient 2(prediction − target)/batch', async () => {
    const gradient = await gradientOf(float32([4], prediction), target, emitMeanSquaredError);
    [1, 0.5, -3.5, 0].forEach((difference, i) => expect(gradient[i]).toBeCloseTo((2 * difference) / 4, 6));
  });
});
