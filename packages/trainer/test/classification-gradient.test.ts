import { GraphBuilder, initializersToInputs, removeDead } from '@guided-dropout/onnx';
import { differentiate } from '@guided-dropout/autodiff';
import { buildModel } from '@guided-dropout/models';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autodiff/test/check-gradients.js';
import { largestDifference, loadGolden } from '../../models/test/load-golden.js';
import { withClassificationLoss } from '../src/index.js';

const golden = await loadGolden();
const model = buildModel(golden.checkpoint, { type: 'sequence-classification', labels: ['a', 'b', 'c'], seed: 1 });
const graph = withClassificationLoss(model.graph, 3);
const feeds = { ...golden.inputs, labels: golden.tensors.tensor('classification/labels') };

describe('gradient of the whole classification loss of a BERT', () => {
  it('equals PyTorch for every parameter', async () => {
    const types = await probeTypes(graph);
    const builder = GraphBuilder.from({ ...graph, outputs: [] });
    const gradients = differentiate(builder, { loss: 'loss', parameters: model.parameters, types });
    for (const parameter of model.parameters) {
      builder.output(gradients.summed(parameter), 'float32', undefined, `gradient:${parameter}`);
    }
    const lifted = initializersToInputs(removeDead(builder.build()), model.parameters);
    const session = await Session.create(lifted.graph);
    const outputs = await session.run({ ...feeds, ...Object.fromEntries(lifted.values) });
    await session.release();
    expect(model.parameters).toHaveLength(41);
    for (const parameter of model.parameters) {
      const difference = largestDifference(
        outputs[`gradient:${parameter}`]!,
        golden.tensors.tensor(`gradients/${parameter}`),
      );
      // The largest gradients are about 1; PyTorch's own float32 run is 2e-7 off.
      expect(difference, parameter).toBeLessThan(2e-6);
    }
  });

  it('equals central differences in float64, 12 elements of every parameter', async () => {
    await checkGradients(graph, model.parameters, feeds, 12);
  });
});

describe('regression', () => {
  const regression = buildModel(
    {
      ...golden.checkpoint,
      weights: new Map(
        [...golden.checkpoint.weights].map(([name, value]) => {
          if (!name.startsWith('classifier.')) return [name, value];
          const dims = [1, ...value.dims.slice(1)];
          return [name, { ...value, dims, data: value.data.slice(0, value.data.length / 3) } as typeof value];
        }),
      ),
    },
    { type: 'sequence-classification', labels: ['score'], seed: 1 },
  );

  it('has the loss of PyTorch', async () => {
    const { labels, loss } = golden.scalars.regression;
    const session = await Session.create(withClassificationLoss(regression.graph, 1));
    const outputs = await session.run({
      ...golden.inputs,
      labels: { dataType: 'float32', dims: [3], data: Float32Array.from(labels) },
    });
    await session.release();
    expect(outputs['loss']!.data[0]).toBeCloseTo(loss, 5);
  });
});
