import { Random } from '@guided-dropout/core';
import { GraphBuilder, initializersToInputs, removeDead, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session, type Feeds } from '@guided-dropout/runtime';
import { expect } from 'vitest';
import { differentiate } from '../src/index.js';
import { asFloat64 } from './as-float64.js';

/**
 * Checks the gradient of a graph's scalar output `loss` by every named initializer against central differences in
 * float64, element by element.
 *
 * With step h = 1e-5 the difference quotient's own error is about h²·f‴ + 1e-16·f/h ≈ 1e-10, so 1e-6 relative to the
 * largest gradient of the tensor is far above noise and far below any wrong term.
 */
export async function checkGradients(
  graph: Graph,
  parameters: readonly string[],
  feeds: Feeds = {},
  maxElements = Infinity,
): Promise<void> {
  const forward = asFloat64(graph);
  const { gradients, values } = await gradientsOf(forward, parameters, feeds);
  const lifted = initializersToInputs(forward, parameters);
  const session = await Session.create(lifted.graph);
  const lossAt = async (changed: Record<string, Tensor>): Promise<number> => {
    const outputs = await session.run({ ...feeds, ...Object.fromEntries(values), ...changed });
    return (outputs['loss']!.data as Float64Array)[0]!;
  };
  const random = new Random(7);
  for (const parameter of parameters) {
    const analytic = gradients.get(parameter)!;
    const value = values.get(parameter)!;
    expect(analytic.dims, `shape of the gradient of ${parameter}`).toEqual(value.dims);
    const all = Array.from({ length: value.data.length }, (_, i) => i);
    const scale = Math.max(1e-3, ...(analytic.data as Float64Array).map(Math.abs));
    for (const i of random.shuffle(all).slice(0, maxElements)) {
      const h = 1e-5;
      const shifted = async (by: number): Promise<number> => {
        const data = Float64Array.from(value.data as Float64Array);
        data[i]! += by;
        return lossAt({ [parameter]: { dataType: 'float64', dims: value.dims, data } });
      };
      const numeric = ((await shifted(h)) - (await shifted(-h))) / (2 * h);
      const difference = Math.abs(numeric - (analytic.data as Float64Array)[i]!);
      expect(difference / scale, `gradient of ${parameter}[${i}]: ${analytic.data[i]} against ${numeric}`).toBeLessThan(
        1e-6,
      );
    }
  }
  await session.release();
}

/** Gradients of `loss` by initializers of a graph, as autodiff computes them, and the initializers' values. */
export async function gradientsOf(
  graph: Graph,
  parameters: readonly string[],
  feeds: Feeds,
): Promise<{ readonly gradients: ReadonlyMap<string, Tensor>; readonly values: ReadonlyMap<string, Tensor> }> {
  const types = await probeTypes(graph);
  const builder = GraphBuilder.from({ ...graph, outputs: [] });
  const gradients = differentiate(builder, { loss: 'loss', parameters, types });
  const names = parameters.map((parameter) =>
    builder.output(gradients.summed(parameter), types.get(parameter)!.dataType, undefined, `grad:${parameter}`),
  );
  const lifted = initializersToInputs(removeDead(builder.build()), parameters);
  const session = await Session.create(lifted.graph);
  const outputs = await session.run({
    ...Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))),
    ...Object.fromEntries(lifted.values),
  });
  await session.release();
  return {
    gradients: new Map(parameters.map((parameter, i) => [parameter, outputs[names[i]!]!])),
    values: lifted.values,
  };
}
