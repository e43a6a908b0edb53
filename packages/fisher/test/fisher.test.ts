import { buildModel } from '@guided-dropout/models';
import { int64, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { largestMagnitude, loadGolden } from '../../models/test/load-golden.js';
import { buildFisherGraph, estimateFisher, layerScores, maskTokens, squaredSumOutput } from '../src/index.js';
import { Random } from '@guided-dropout/core';

const golden = await loadGolden();
const model = buildModel(golden.checkpoint, { type: 'masked-lm', labelledPositionsOnly: true });

/** The golden labels, `[3, 7]` with −100 where there is none, as label positions and labels `[3, 3]`. */
function labelledPositions(): Record<'label_positions' | 'labels', Tensor> {
  const labels = golden.tensors.tensor('mlm/labels').data as BigInt64Array;
  const rows = [0, 1, 2].map((b) =>
    Array.from(labels.subarray(b * 7, b * 7 + 7), Number).flatMap((label, t) => (label >= 0 ? [[t, label]] : [])),
  );
  const padded = (column: 0 | 1, fill: number): Tensor =>
    int64(
      [3, 3],
      rows.flatMap((row) => [0, 1, 2].map((i) => row[i]?.[column] ?? fill)),
    );
  return { label_positions: padded(0, 0), labels: padded(1, -100) };
}

describe('the Fisher graph against a PyTorch loop over batches of one, in float64', () => {
  it.each(['mean', 'sum'] as const)('log p as %s over the labelled tokens', async (reduction) => {
    const { graph, parameters } = await buildFisherGraph(model.graph, model.parameters, reduction);
    const session = await Session.create(graph);
    const outputs = await session.run({ ...golden.inputs, ...Object.fromEntries(parameters), ...labelledPositions() });
    await session.release();
    const expected = golden.scalars.mlm.logLikelihoods[reduction];
    expected.forEach((value, b) =>
      expect(Math.abs(Number(outputs['log_likelihood']!.data[b]) - value)).toBeLessThan(1e-5),
    );
    const folder = reduction === 'mean' ? 'fisher' : 'fisher-sum';
    expect(model.parameters.toSorted()).toEqual(
      golden.tensors.names
        .flatMap((name) => (name.startsWith(`${folder}/`) ? [name.slice(folder.length + 1)] : []))
        .toSorted(),
    );
    for (const parameter of model.parameters) {
      const reference = golden.tensors.tensor(`${folder}/${parameter}`);
      const sums = outputs[squaredSumOutput(parameter)]!;
      // Float32 gradients squared: PyTorch's own float32 run is 2.6e-6 of the tensor's largest value off. A gradient
      // that is zero in exact arithmetic leaves the squares of rounding errors.
      const tolerance = 1e-5 * largestMagnitude(reference) + 1e-12;
      for (let i = 0; i < sums.data.length; i++) {
        expect(Math.abs(Number(sums.data[i]) / 3 - Number(reference.data[i])), parameter).toBeLessThan(tolerance);
      }
    }
  });
});

const vocabulary = { size: 40, maskId: 4, padId: 0, specialIds: new Set([0, 1, 2, 3, 4]) };
const random = new Random(5);
const examples = Array.from({ length: 11 }, () => [
  2,
  ...Array.from({ length: 2 + random.integer(9) }, () => 5 + random.integer(35)),
  3,
]);

describe('estimateFisher', () => {
  const options = { graph: model.graph, parameters: model.parameters, examples, vocabulary, seed: 9 };

  it('gives the same estimate for any batch size', async () => {
    const alone = await estimateFisher({ ...options, batchSize: 1 });
    const together = await estimateFisher({ ...options, batchSize: 4 });
    expect(together.numExamples).toBe(examples.length);
    expect(together.meanLogLikelihood).toBeCloseTo(alone.meanLogLikelihood, 5);
    for (const [name, values] of alone.diagonal) {
      // Float32 sums in another order; key biases have no gradient but rounding errors.
      const tolerance = 1e-4 * Math.max(...values) + 1e-12;
      const other = together.diagonal.get(name)!;
      values.forEach((value, i) => expect(Math.abs(other[i]! - value), name).toBeLessThan(tolerance));
    }
  });

  it('leaves out examples without a token to predict, and counts them', async () => {
    const estimate = await estimateFisher({ ...options, examples: [[2, 3], ...examples.slice(0, 2)] });
    expect(estimate).toMatchObject({ numExamples: 2, numSkipped: 1 });
  });

  it('reports progress up to the last example', async () => {
    const seen: string[] = [];
    await estimateFisher({ ...options, batchSize: 4, onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(['4/11', '8/11', '11/11']);
  });

  it('refuses ids outside the vocabulary, naming the example, and batches of nothing', async () => {
    for (const id of [-1, 40, 0.5]) {
      const run = estimateFisher({
        ...options,
        examples: [
          [2, 5, 3],
          [2, id, 3],
        ],
      });
      await expect(run).rejects.toMatchObject({ code: 'FISHER_OPTION', report: { where: 'example 1' } });
    }
    for (const batchSize of [0, -1, 1.5, Number.NaN]) {
      await expect(estimateFisher({ ...options, batchSize })).rejects.toMatchObject({ code: 'FISHER_OPTION' });
    }
  });

  it('refuses a corpus without a usable example', async () => {
    await expect(estimateFisher({ ...options, examples: [[2, 3]] })).rejects.toMatchObject({ code: 'FISHER_EMPTY' });
  });

  it('refuses weights that are not numbers', async () => {
    const name = 'cls.predictions.bias';
    const broken = { dataType: 'float32', dims: [40], data: new Float32Array(40).fill(Number.NaN) } as const;
    const graph = { ...model.graph, initializers: new Map([...model.graph.initializers, [name, broken]]) };
    await expect(estimateFisher({ ...options, graph })).rejects.toMatchObject({ code: 'FISHER_NOT_FINITE' });
  });
});

describe('layerScores', () => {
  it("averages the tensors' means, so that a small tensor counts as much as a large one", () => {
    const diagonal = new Map([
      ['weight', [1, 2, 3, 6]],
      ['bias', [5]],
    ]);
    const site = { name: 'site', defaultRate: 0.1, parameters: ['weight', 'bias'] };
    expect(layerScores(diagonal, [site])).toEqual([{ site: 'site', score: 4 }]);
  });

  it('refuses a site without parameters, as a head has', () => {
    expect(() => layerScores(new Map(), [{ name: 'dropout', defaultRate: 0.1, parameters: [] }])).toThrow(/'dropout'/);
  });

  it('names a parameter that was not estimated', () => {
    const site = { name: 'site', defaultRate: 0.1, parameters: ['missing'] };
    expect(() => layerScores(new Map(), [site])).toThrow(/'missing'/);
  });
});

describe('maskTokens', () => {
  const ids = [2, ...Array.from({ length: 20_000 }, (_, i) => 5 + (i % 35)), 3];
  const masked = maskTokens(ids, vocabulary, new Random(1));

  it('chooses 15 % of the ordinary tokens, and keeps their ids as labels', () => {
    // Five standard deviations of a binomial count.
    expect(Math.abs(masked.positions.length - 3000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.15 * 0.85));
    expect(masked.labels).toEqual(masked.positions.map((position) => ids[position]));
    expect(masked.positions.some((position) => vocabulary.specialIds.has(ids[position]!))).toBe(false);
  });

  it('masks 80 % of them, replaces 10 % and keeps 10 %', () => {
    const n = masked.positions.length;
    const share = (count: number): number => count / n;
    const hidden = masked.positions.filter((p) => masked.inputIds[p] === vocabulary.maskId).length;
    const kept = masked.positions.filter((p) => masked.inputIds[p] === ids[p]).length;
    // One random token in 40 is the mask token, one the original; five standard deviations of a share are .037 at most.
    expect(Math.abs(share(hidden) - (0.8 + 0.1 / 40))).toBeLessThan(0.037);
    expect(Math.abs(share(kept) - (0.1 + 0.1 / 40))).toBeLessThan(0.037);
    const changed = ids.flatMap((id, p) => (masked.inputIds[p] === id ? [] : [p]));
    expect(changed.every((p) => masked.positions.includes(p))).toBe(true);
  });

  it('always predicts something where it can', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(maskTokens([2, 7, 3], vocabulary, new Random(seed)).positions).toEqual([1]);
    }
    expect(maskTokens([2, 3], vocabulary, new Random(1)).positions).toEqual([]);
  });
});
