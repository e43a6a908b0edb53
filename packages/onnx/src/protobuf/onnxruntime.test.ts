// ONNX Runtime as the judge of what is encoded, and PyTorch's exporter as the source of what is decoded.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { modelOf, type Graph, type Node } from '../graph.js';
import { float32, int64, tensor, type Tensor } from '../tensor.js';
import { decodeModel } from './decode-model.js';
import { encodeModel } from './encode-model.js';

const nodeOf = (opType: string, inputs: readonly string[], outputs: readonly string[]): Node => ({
  name: outputs.join(),
  opType,
  domain: '',
  inputs,
  outputs,
  attributes: {},
});

async function run(bytes: Uint8Array, feeds: Record<string, OrtTensor>): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(bytes);
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

test('a product, a sum and weights', async () => {
  const graph: Graph = {
    name: 'affine',
    inputs: [{ name: 'x', dataType: 'float32', dims: ['batch', 2] }],
    outputs: [{ name: 'y', dataType: 'float32', dims: ['batch', 3] }],
    nodes: [nodeOf('MatMul', ['x', 'w'], ['xw']), nodeOf('Add', ['xw', 'b'], ['y'])],
    initializers: new Map([
      ['w', float32([2, 3], [1, 2, 3, 4, 5, 6])],
      ['b', float32([3], [10, 20, 30])],
    ]),
  };
  const x = new OrtTensor('float32', Float32Array.of(1, 0, 1, -1), [2, 2]);
  // Small integers are exact in float32.
  expect(await run(encodeModel(modelOf(graph)), { x })).toEqual({ y: [11, 22, 33, 7, 17, 27] });
  expect(await run(encodeModel({ ...modelOf(graph), irVersion: 3, opsets: new Map([['', 8]]) }), { x })).toEqual({
    y: [11, 22, 33, 7, 17, 27],
  });
});

test('a Loop whose body reads an outer weight and leaves its types to inference', async () => {
  const body: Graph = {
    name: 'body',
    inputs: [
      { name: 'iteration', dataType: 'int64', dims: [] },
      { name: 'goOn', dataType: 'bool', dims: [] },
      { name: 'state', dataType: 'float32', dims: [2] },
    ],
    outputs: [{ name: 'goOnOut' }, { name: 'stateOut' }, { name: 'trace' }],
    nodes: [
      nodeOf('Identity', ['goOn'], ['goOnOut']),
      nodeOf('Mul', ['state', 'factor'], ['stateOut']),
      nodeOf('Identity', ['stateOut'], ['trace']),
    ],
    initializers: new Map(),
  };
  const loop: Node = {
    ...nodeOf('Loop', ['count', 'true', 'x'], ['last', 'all']),
    attributes: { body: { type: 'graph', value: body } },
  };
  const graph: Graph = {
    name: 'powers',
    inputs: [{ name: 'x', dataType: 'float32', dims: [2] }],
    outputs: [{ name: 'last', dataType: 'float32', dims: [2] }, { name: 'all' }],
    nodes: [loop],
    initializers: new Map<string, Tensor>([
      ['count', int64([], [3])],
      ['true', tensor('bool', [], Uint8Array.of(1))],
      ['factor', float32([], [2])],
    ]),
  };
  const x = new OrtTensor('float32', Float32Array.of(1, -3), [2]);
  expect(await run(encodeModel(modelOf(graph)), { x })).toEqual({ last: [8, -24], all: [2, -6, 4, -12, 8, -24] });
});

test('a file of PyTorch’s exporter, with an If, runs the same after decoding and encoding', async () => {
  const exported = readFileSync(new URL('../../test/golden/exported-model.onnx', import.meta.url));
  const golden = JSON.parse(
    readFileSync(new URL('../../test/golden/exported-model.json', import.meta.url), 'utf8'),
  ) as {
    readonly cases: readonly { readonly ids: number[][]; readonly logits: number[][] }[];
  };
  const encoded = encodeModel(decodeModel(exported));
  for (const { ids, logits } of golden.cases) {
    const feeds = {
      ids: new OrtTensor('int64', BigInt64Array.from(ids.flat().map(BigInt)), [ids.length, ids[0]!.length]),
    };
    const ours = (await run(encoded, feeds))['logits']!;
    expect(ours).toEqual((await run(exported, feeds))['logits']);
    // Another framework orders its sums of up to 8 terms of size one differently: a few times 2^-23.
    for (const [i, expected] of logits.flat().entries()) expect(Math.abs(ours[i]! - expected)).toBeLessThan(2e-6);
  }
});
