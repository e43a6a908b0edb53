import { readFileSync } from 'node:fs';
import { decodeModel, GraphBuilder, int, lowerModel, removeDead, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';
import { exportedParameters } from './exported-parameters.js';
import { goldenExports, goldenModel } from './golden-model.js';

/** Batched and alone, in float32, sums are taken in another order; relative to the largest element of a tensor. */
const TOLERANCE = 1e-4;

/** Where the exact gradient is zero (key biases), squares of rounding noise. */
const NOISE = 1e-10;

/**
 * Its head takes rows by the places of a token: how many there are depends on the tokens, and nothing in the graph says
 * that they lie in the order of the examples. The graph that the models package builds does.
 */
const refused = 't5-classification';

/** The first export of each model; those of one model compute the same. */
const exports = goldenExports().filter(
  ({ model }, i, all) => model !== refused && all.findIndex((each) => each.model === model) === i,
);

describe('per-example results of what PyTorch exports equal a loop over batches of one:', () => {
  it.each(exports)('$model, $file', async ({ model, path }) => {
    const golden = goldenModel(model);
    const builder = GraphBuilder.from(lowerModel(decodeModel(readFileSync(path))));
    // A sum over the examples of something that every logit takes part in.
    const square = builder.op('Mul', ['logits', 'logits']);
    builder.output(builder.op('ReduceSum', [square], { keepdims: int(0) }), 'float32', [], 'loss');
    const forward = builder.build();
    const parameters = exportedParameters(forward, golden.parameters).map(({ initializer }) => initializer);
    const gradients = differentiate(builder, { loss: 'loss', parameters, types: await probeTypes(forward) });
    for (const parameter of parameters) {
      builder.output(gradients.summed(parameter), 'float32', undefined, `summed ${parameter}`);
      builder.output(gradients.perExampleSquaredNorm(parameter), 'float32', undefined, `norms ${parameter}`);
      builder.output(gradients.perExampleSquaredSum(parameter), 'float32', undefined, `squares ${parameter}`);
    }
    const session = await Session.create(removeDead(builder.build()));
    const batch = await session.run(golden.inputs);
    const numExamples = golden.labels.dims[0]!;
    const alone = [];
    for (let example = 0; example < numExamples; example++) alone.push(await session.run(only(golden.inputs, example)));
    await session.release();
    for (const parameter of parameters) {
      const each = alone.map((outputs) => Array.from(outputs[`summed ${parameter}`]!.data as Float32Array));
      const norms = each.map((gradient) => gradient.reduce((sum, value) => sum + value ** 2, 0));
      expectClose(batch[`norms ${parameter}`]!, norms, `norms of ${parameter}`);
      const squares = each[0]!.map((_, i) => each.reduce((sum, gradient) => sum + gradient[i]! ** 2, 0));
      expectClose(batch[`squares ${parameter}`]!, squares, `squares of ${parameter}`);
    }
  });
});

it('per-example results of rows chosen by their tokens are refused', async () => {
  const { path, model } = goldenExports().find((each) => each.model === refused)!;
  const builder = GraphBuilder.from(lowerModel(decodeModel(readFileSync(path))));
  builder.output(builder.op('ReduceSum', ['logits'], { keepdims: int(0) }), 'float32', [], 'loss');
  const forward = builder.build();
  const held = exportedParameters(forward, goldenModel(model).parameters);
  const head = held.find(({ parameter }) => parameter === 'classification_head.out_proj.weight')!.initializer;
  const gradients = differentiate(builder, { loss: 'loss', parameters: [head], types: await probeTypes(forward) });
  expect(() => gradients.perExample(head)).toThrow(expect.objectContaining({ code: 'AUTODIFF_PER_EXAMPLE' }));
});

/** The inputs of one example, a batch of one; its padding stays. */
function only(inputs: Readonly<Record<string, Tensor>>, example: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { dataType, dims, data }]) => {
      const size = data.length / dims[0]!;
      const row = data.slice(example * size, (example + 1) * size);
      return [name, { dataType, dims: [1, ...dims.slice(1)], data: row } as Tensor];
    }),
  );
}

function expectClose(actual: Tensor, expected: readonly number[], what: string): void {
  const limit = TOLERANCE * Math.max(...expected) + NOISE;
  const differences = expected.map((value, i) => Math.abs(Number(actual.data[i]) - value));
  expect(actual.data.length, what).toBe(expected.length);
  expect(Math.max(...differences), what).toBeLessThan(limit);
}
