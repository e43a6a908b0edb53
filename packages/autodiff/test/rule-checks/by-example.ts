import { Random } from '@guided-dropout/core';
import {
  elementCount,
  float32,
  GraphBuilder,
  initializersToInputs,
  int,
  removeDead,
  type Graph,
  type Tensor,
} from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { differentiate } from '../../src/index.js';
import { asFloat64, tensorAsFloat64 } from '../as-float64.js';
import type { ByExampleCase } from '../rule-cases/by-example.js';
import type { Attempt } from '../rule-checks.js';

const X_SHAPE = [3, 2, 4];
const STEP = 1e-5;
const TOLERANCE = 1e-6;

/** Against central differences of every example's part of the loss, the sum of the squares of what is computed. */
export async function prepareByExample({ shape, emit }: ByExampleCase): Promise<Attempt> {
  const random = new Random(23);
  const normal = (dims: readonly number[]): Tensor =>
    float32(
      dims,
      Array.from({ length: elementCount(dims) }, () => random.normal()),
    );
  const builder = new GraphBuilder('by-example');
  const p = builder.initializer('p', normal(shape));
  const value = emit(builder, builder.input('x', 'float32', ['batch', 'length', 4]), p);
  const square = builder.op('Mul', [value, value]);
  const flat = builder.op('Flatten', [square], { axis: int(1) });
  const parts = builder.op('ReduceSum', [flat, builder.integers([1])], { keepdims: int(0) });
  const loss = builder.op('ReduceSum', [parts], { keepdims: int(0) });
  const graph = builder.build();
  const types = await probeTypes({ ...graph, outputs: [{ name: loss }] });
  const x = tensorAsFloat64(normal(X_SHAPE));
  const numeric = await differencesOf({ ...graph, outputs: [{ name: parts }] }, parts, x);
  return async (rules) => {
    const b = GraphBuilder.from(graph);
    const gradients = differentiate(b, { loss, parameters: [p], types, ...(rules && { rules }) });
    b.output(gradients.perExample(p), 'float32', undefined, 'gradient');
    const session = await Session.create(asFloat64(removeDead(b.build())));
    const { gradient } = await session
      .run(session.inputNames.includes('x') ? { x } : {})
      .finally(() => session.release());
    if (gradient!.dims.join() !== [X_SHAPE[0], ...shape].join()) return `shape [${gradient!.dims}]`;
    const values = Array.from(gradient!.data, Number);
    const scale = Math.max(...values.map(Math.abs));
    const worst = values.findIndex((element, i) => !(Math.abs(element - numeric[i]!) / scale < TOLERANCE));
    return worst < 0 ? undefined : `gradient ${worst}: ${values[worst]} against ${numeric[worst]}`;
  };
}

/** ∂parts[b]/∂p, by example and then by element of p. */
async function differencesOf(graph: Graph, parts: string, x: Tensor): Promise<number[]> {
  const lifted = initializersToInputs(asFloat64(graph), ['p']);
  const p = lifted.values.get('p')!;
  const session = await Session.create(lifted.graph);
  const partsAt = async (i: number, by: number): Promise<number[]> => {
    const data = Float64Array.from(p.data as Float64Array);
    data[i]! += by;
    const outputs = await session.run({ x, p: { dataType: 'float64', dims: p.dims, data } });
    return Array.from(outputs[parts]!.data, Number);
  };
  const differences: number[] = [];
  for (let i = 0; i < p.data.length; i++) {
    const [above, below] = [await partsAt(i, STEP), await partsAt(i, -STEP)];
    above.forEach((value, b) => (differences[b * p.data.length + i] = (value - below[b]!) / (2 * STEP)));
  }
  await session.release();
  return differences;
}
