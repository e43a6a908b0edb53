import { GraphBuilder, initializersToInputs, removeDead, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';
import { BATCH, feeds, modelWith, parameterUses } from './parameter-uses.js';

function exampleOf(value: Tensor, example: number): Tensor {
  const size = value.data.length / BATCH;
  const data = value.data.slice(example * size, (example + 1) * size);
  return { dataType: value.dataType, dims: [1, ...value.dims.slice(1)], data } as Tensor;
}

async function evaluate(graph: Graph, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const lifted = initializersToInputs(removeDead(graph, { keepInputs: true }), ['p']);
  const session = await Session.create(lifted.graph);
  const outputs = await session.run({ ...inputs, ...Object.fromEntries(lifted.values) });
  await session.release();
  return outputs;
}

/** Batched and alone, in float32: sums in another order (Opacus compares with the same tolerances). */
function expectClose(actual: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const value = Number(expected[i]);
    expect(Math.abs(Number(actual[i]) - value)).toBeLessThan(1e-5 + 1e-4 * Math.abs(value));
  }
}

describe('per-example results equal a loop over batches of one', () => {
  for (const [name, use] of Object.entries(parameterUses)) {
    it(`of a ${name}`, async () => {
      const builder = modelWith(use);
      const types = await probeTypes(builder.build());
      const again = GraphBuilder.from(builder.build());
      const options = { loss: 'loss', parameters: ['p'], types };
      const gradients = differentiate(builder, { ...options, typicalLength: 1 });
      const output = (value: string, as: string): string => builder.output(value, 'float32', undefined, as);
      output(gradients.perExample('p'), 'perExample');
      output(gradients.perExampleSquaredSum('p'), 'squares');
      output(gradients.perExampleSquaredNorm('p'), 'norms');
      output(gradients.summed('p'), 'summed');
      // Where examples are taken to be long, gradients are formed for their norms.
      const forming = differentiate(again, { ...options, typicalLength: 10_000 });
      again.output(forming.perExampleSquaredNorm('p'), 'float32', undefined, 'norms');
      const graph = builder.build();
      const batch = await evaluate(graph, feeds);
      const size = batch['summed']!.data.length;
      expect(batch['perExample']!.dims).toEqual([BATCH, ...batch['summed']!.dims]);
      expect(batch['squares']!.dims).toEqual(batch['summed']!.dims);
      const expectedSquares = new Float64Array(size);
      const expectedNorms: number[] = [];
      for (let b = 0; b < BATCH; b++) {
        const one = Object.fromEntries(Object.entries(feeds).map(([input, value]) => [input, exampleOf(value, b)]));
        const alone = (await evaluate(graph, one))['summed']!.data as Float32Array;
        expect(alone.some((value) => value !== 0)).toBe(true);
        expectClose((batch['perExample']!.data as Float32Array).subarray(b * size, (b + 1) * size), alone);
        alone.forEach((value, i) => (expectedSquares[i]! += value ** 2));
        expectedNorms.push(alone.reduce((sum, value) => sum + value ** 2, 0));
      }
      expectClose(batch['squares']!.data, expectedSquares);
      expect(batch['norms']!.dims).toEqual([BATCH]);
      expectClose(batch['norms']!.data, expectedNorms);
      expectClose((await evaluate(again.build(), feeds))['norms']!.data, expectedNorms);
      // The two products of Fisher information: all squares, and all norms.
      const total = (values: Tensor): number => Array.from(values.data, Number).reduce((sum, value) => sum + value, 0);
      expectClose([total(batch['norms']!)], [total(batch['squares']!)]);
    });
  }
});
