import { elementCount, float32, GraphBuilder, int } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { differentiate } from '../../src/index.js';
import type { ExactCase } from '../rule-cases/exact.js';
import type { Attempt } from '../rule-checks.js';

/** A float32 computation of values near 1 is right to this. */
const TOLERANCE = 1e-6;

/** Against gradients that are known, in float32. */
export async function prepareExact({ at, emit, gradient }: ExactCase): Promise<Attempt> {
  const builder = new GraphBuilder('exact');
  const x = builder.initializer('x', float32([at.length], at));
  const loss = builder.op('ReduceSum', [emit(builder, x)], { keepdims: int(0) });
  const graph = builder.build();
  const types = await probeTypes({ ...graph, outputs: [{ name: loss }] });
  return async (rules) => {
    const b = GraphBuilder.from(graph);
    const written = differentiate(b, { loss, parameters: [x], types, ...(rules && { rules }) });
    b.output(written.summed(x), 'float32', [at.length], 'gradient');
    const session = await Session.create(b.build());
    const { gradient: actual } = await session.run({}).finally(() => session.release());
    if (elementCount(actual!.dims) !== at.length) return `shape [${actual!.dims}]`;
    const values = Array.from(actual!.data, Number);
    // The equality is for infinities.
    const isRight = gradient.every((value, i) => value === values[i] || Math.abs(value - values[i]!) <= TOLERANCE);
    return isRight ? undefined : `gradient [${values.join(', ')}] in place of [${gradient.join(', ')}]`;
  };
}
