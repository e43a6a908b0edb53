import { GuidedDropoutError } from '@guided-dropout/core';
import { float32, GraphBuilder, int64, modelOf, scalar, tensor, type Graph } from '@guided-dropout/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { Session } from '../src/index.js';

/** y = x + 1 over `[batch, 3]`. */
function plusOne(): Graph {
  const b = new GraphBuilder('plus one');
  const x = b.input('x', 'float32', ['batch', 3]);
  b.output(b.op('Add', [x, b.constant(scalar(1))]), 'float32', ['batch', 3], 'y');
  return b.build();
}

async function refusalOf(work: Promise<unknown>): Promise<GuidedDropoutError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof GuidedDropoutError) return error;
  throw new Error(`expected a GuidedDropoutError, not ${String(error)}`, { cause: error });
}

describe('Session.create', () => {
  it('takes a graph or a model', async () => {
    for (const source of [plusOne(), modelOf(plusOne())]) {
      const session = await Session.create(source, { numThreads: 1 });
      expect([session.inputNames, session.outputNames]).toEqual([['x'], ['y']]);
      const { y } = await session.run({ x: float32([2, 3], [0, 1, 2, 3, 4, 5]) });
      expect(y).toEqual(float32([2, 3], [1, 2, 3, 4, 5, 6]));
      await session.release();
    }
  });

  it('refuses an operator there is none of, naming graph and operator, with the cause', async () => {
    const graph = plusOne();
    const nodes = graph.nodes.map((node) => (node.opType === 'Add' ? { ...node, opType: 'Nope' } : node));
    const error = await refusalOf(Session.create({ ...graph, nodes }));
    expect(error.code).toBe('RUNTIME_LOAD');
    expect(error.message).toMatch(/graph 'plus one'.*Nope/s);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('refuses types that do not fit an operator', async () => {
    const b = new GraphBuilder('types');
    b.output(b.op('Add', [b.input('x', 'float32', [1]), b.integers([1])]), 'float32');
    const error = await refusalOf(Session.create(b.build()));
    expect(error.code).toBe('RUNTIME_LOAD');
    expect(error.report.received).toMatch(/float.*int64|int64.*float/s);
  });

  it('leaves what cannot be written as a model to the encoder, which says why', async () => {
    const error = await refusalOf(Session.create({ ...modelOf(plusOne()), opsets: new Map() }));
    expect(error.code).toBe('ONNX_INVALID');
  });

  it('runs the nodes as they are where asked to', async () => {
    const b = new GraphBuilder('folded');
    const sum = b.op('Add', [b.constant(scalar(1)), b.constant(scalar(2))]);
    b.output(b.op('Mul', [sum, b.input('x', 'float32', [])]), 'float32', [], 'y');
    const session = await Session.create(b.build(), { optimization: 'disabled' });
    expect((await session.run({ x: scalar(5) }))['y']).toEqual(scalar(15));
    await session.release();
  });
});

describe('Session.run', async () => {
  const session = await Session.create(plusOne());
  afterAll(() => session.release());

  it.each([
    ['a missing input', {}, /'x' is missing/],
    ['another size', { x: float32([1, 4], [1, 2, 3, 4]) }, /Got: 4 Expected: 3/],
    ['another rank', { x: float32([3], [1, 2, 3]) }, /Got: 1 Expected: 2/],
    ['another type', { x: int64([1, 3], [1, 2, 3]) }, /int64.*float/],
  ])('refuses %s, naming the graph and what was wrong, with the cause', async (_, feeds, message) => {
    const error = await refusalOf(session.run(feeds));
    expect(error.code).toBe('RUNTIME_RUN');
    expect(error.report.where).toBe("graph 'plus one'");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('..');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('refuses bfloat16, which Node cannot carry', async () => {
    const error = await refusalOf(session.run({ x: tensor('bfloat16', [1, 3], new Uint16Array(3)) }));
    expect(error.code).toBe('RUNTIME_TYPE');
  });

  it('goes on after a refusal, and returns fresh memory each time', async () => {
    const first = await session.run({ x: float32([1, 3], [1, 2, 3]) });
    const second = await session.run({ x: float32([1, 3], [4, 5, 6]) });
    expect(first['y']).toEqual(float32([1, 3], [2, 3, 4]));
    expect(second['y']).toEqual(float32([1, 3], [5, 6, 7]));
  });

  it('does not write into what it is fed', async () => {
    const x = float32([1, 3], [1, 2, 3]);
    await session.run({ x });
    expect(x).toEqual(float32([1, 3], [1, 2, 3]));
  });
});

describe('Session.release', () => {
  it('ends the session: a later run is refused', async () => {
    const session = await Session.create(plusOne());
    await session.release();
    const error = await refusalOf(session.run({ x: float32([1, 3], [1, 2, 3]) }));
    expect(error.code).toBe('RUNTIME_RUN');
  });
});
