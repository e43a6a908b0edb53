import { Random } from '@guided-dropout/core';
import { float32, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { Classifier, collateInputs, predictionOf, withWeights } from '../src/index.js';
import { separableExamples, tinyClassifier } from './tiny-run.js';

const model = tinyClassifier();
const weights = Object.fromEntries(model.parameters.map((name) => [name, model.graph.initializers.get(name)!]));
const examples = separableExamples(13, 4).map((example, i) => ({
  ...example,
  tokenTypeIds: example.inputIds.map((_, t) => Number(t > i % 3)),
}));

/** Weights other than the model's: the classifier's bias is (1, −1). */
const changed: Record<string, Tensor> = { ...weights, 'classifier.bias': float32([2], [1, -1]) };

describe('Classifier', async () => {
  const classifier = await Classifier.create(model.graph, model.parameters, 2, 0);
  afterAll(() => classifier.release());
  const alone = await classifier.logits(weights, examples, 1);

  /** Padding and batch size change only the order of float32 sums; logits are below 1. */
  function expectLogits(logits: readonly Float32Array[], expected: readonly Float32Array[]): void {
    expect(logits).toHaveLength(expected.length);
    logits.forEach((row, i) => {
      expect(row).toHaveLength(2);
      row.forEach((value, c) => expect(Math.abs(value - expected[i]![c]!)).toBeLessThan(1e-5));
    });
  }

  it('gives each example the logits of the graph run on it alone', async () => {
    const session = await Session.create(model.graph);
    for (const [i, example] of examples.entries()) {
      const { logits } = await session.run(collateInputs([example], 0));
      expectLogits([logits!.data as Float32Array], [alone[i]!]);
    }
    await session.release();
    const distances = alone.flatMap((a, i) => alone.slice(0, i).map((b) => Math.abs(a[0]! - b[0]!)));
    // Examples are told apart by more than the tolerance.
    expect(Math.min(...distances)).toBeGreaterThan(2e-5);
  });

  it.each([2, 5, 13, 32])('gives the same logits in batches of %i', async (batchSize) => {
    expectLogits(await classifier.logits(weights, examples, batchSize), alone);
  });

  it('gives them in the order of the examples, whatever it is', async () => {
    const order = new Random(1).shuffle(examples.map((_, i) => i));
    const shuffled = await classifier.logits(
      weights,
      order.map((i) => examples[i]!),
      4,
    );
    expectLogits(
      shuffled,
      order.map((i) => alone[i]!),
    );
  });

  it('runs with the weights it is given', async () => {
    const logits = await classifier.logits(changed, examples, 4);
    expectLogits(
      logits,
      alone.map((row) => Float32Array.of(row[0]! + 1, row[1]! - 1)),
    );
  });

  it('gives nothing for nothing', async () => {
    expect(await classifier.logits(weights, [])).toEqual([]);
  });

  it('leaves the examples as they are', async () => {
    const before = structuredClone(examples);
    await classifier.logits(weights, examples, 4);
    expect(examples).toEqual(before);
  });
});

describe('withWeights', () => {
  it('puts weights into the graph: inputs and outputs as before, logits as with these weights', async () => {
    const graph = withWeights(model.graph, new Map(Object.entries(changed)));
    expect([graph.inputs, graph.outputs]).toEqual([model.graph.inputs, model.graph.outputs]);
    const run = async (source: typeof graph): Promise<Float32Array> => {
      const session = await Session.create(source);
      const { logits } = await session.run(collateInputs(examples.slice(0, 1), 0));
      await session.release();
      return logits!.data as Float32Array;
    };
    const [before, after] = [await run(model.graph), await run(graph)];
    expect(after[0]! - before[0]!).toBeCloseTo(1, 5);
    expect(after[1]! - before[1]!).toBeCloseTo(-1, 5);
  });

  it('refuses weights the graph does not have', () => {
    expect(() => withWeights(model.graph, new Map([['classifer.bias', float32([2], [0, 0])]]))).toThrow(
      expect.objectContaining({ code: 'GRAPH_INITIALIZER' }),
    );
  });
});

describe('predictionOf', () => {
  it('is the class with the largest logit, the first of equal ones', () => {
    expect(predictionOf(Float32Array.of(-3, 2, 1))).toBe(1);
    expect(predictionOf(Float32Array.of(-3, -2, -1))).toBe(2);
    expect(predictionOf(Float32Array.of(5, 5))).toBe(0);
  });

  it('is the value of a regression', () => {
    expect(predictionOf(Float32Array.of(-2.5))).toBe(-2.5);
  });
});
