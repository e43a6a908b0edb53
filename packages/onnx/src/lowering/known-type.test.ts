// What is inferred is held against what ONNX Runtime observes, for every value of every lowered case.
import { expect, test } from 'vitest';
import { attentionCases } from '../../test/lowering-cases/attention-cases.js';
import { fusionCases } from '../../test/lowering-cases/fusion-cases.js';
import { feedsOf, modelOfCase } from '../../test/lowering-cases/lowering-case.js';
import { runModel } from '../../test/lowering-cases/run-model.js';
import { standardCases, unchangedCases } from '../../test/lowering-cases/standard-cases.js';
import { float, int, ints } from '../attributes.js';
import { GraphBuilder } from '../builder.js';
import { modelOf, type Graph } from '../graph.js';
import { float32, int64, type Tensor } from '../tensor.js';
import { inferType, typeOfInfo, unknownType, type KnownType } from './known-type.js';
import { lowerModel } from './lower-model.js';

/** The types of all values of a graph, in order. */
function inferAll(graph: Graph): ReadonlyMap<string, KnownType> {
  const types = new Map<string, KnownType>(graph.inputs.map((info) => [info.name, typeOfInfo(info)]));
  for (const [name, value] of graph.initializers) types.set(name, value);
  const known = {
    type: (value: string) => types.get(value) ?? unknownType,
    constant: (value: string) => graph.initializers.get(value),
  };
  for (const node of graph.nodes) {
    node.outputs.forEach((output, index) => types.set(output, inferType(node, index, known)));
  }
  return types;
}

/** Fails where what was inferred is not what is observed; returns how many values' ranks were inferred. */
async function checkInference(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<number> {
  const types = inferAll(graph);
  const computed = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
  const observed = await runModel(modelOf({ ...graph, outputs: computed.map((name) => ({ name })) }), feeds);
  let numKnown = 0;
  for (const name of computed) {
    const { dataType, dims } = types.get(name)!;
    if (dataType !== undefined) expect(dataType, name).toBe(observed[name]!.dataType);
    if (dims === undefined) continue;
    numKnown++;
    expect(dims.length, name).toBe(observed[name]!.dims.length);
    dims.forEach((dim, axis) => dim !== undefined && expect(dim, `${name}[${axis}]`).toBe(observed[name]!.dims[axis]));
  }
  return numKnown;
}

const cases = [...standardCases, ...unchangedCases, ...fusionCases, ...attentionCases];

test.each(cases.map((testCase) => [testCase.title, testCase] as const))('%s', async (_, testCase) => {
  await checkInference(lowerModel(modelOfCase(testCase)), feedsOf(testCase));
});

test('operators between the inputs and the fused nodes of a transformer', async () => {
  const b = new GraphBuilder('plumbing');
  const ids = b.input('ids', 'int64', ['batch', 'length']);
  const table = b.initializer('table', float32([5, 8], new Float32Array(40)));
  const x = b.op('Gather', [table, ids]);
  const shape = b.op('Shape', [x]);
  const batch = b.op('Slice', [shape, b.integers([0]), b.integers([1]), b.integers([0])]);
  const length = b.op('Unsqueeze', [b.op('Gather', [shape, b.constant(int64([], [1]))]), b.integers([0])]);
  const target = b.op('Concat', [length, b.integers([2, 4])], { axis: int(0) });
  const split = b.op('Reshape', [
    b.op('Gemm', [b.op('Reshape', [x, b.integers([-1, 8])]), b.constant(float32([8, 8], new Float32Array(64)))]),
    b.integers([2, -1, 2, 4]),
  ]);
  b.op('Reshape', [b.op('Gather', [x, b.constant(int64([], [0]))]), target]);
  b.op('Transpose', [split], { perm: ints([0, 2, 3, 1]) });
  b.op('Transpose', [split]);
  b.op('Expand', [b.integers([1]), batch]);
  b.op('ConstantOfShape', [shape]);
  b.op('Squeeze', [b.op('Unsqueeze', [x, b.integers([-1, 0])]), b.integers([0, -1])]);
  b.op('Where', [b.op('Equal', [x, x]), x, b.number(0, 'float32')]);
  b.op('ReduceSum', [x, b.integers([-1])], { keepdims: int(0) });
  b.op('ReduceSum', [x], { keepdims: int(0) });
  b.op('ReduceSum', [x], { noop_with_empty_axes: int(1) });
  b.op('MatMul', [x, b.constant(float32([8], new Float32Array(8)))]);
  b.op('MatMul', [b.constant(float32([8], new Float32Array(8))), b.op('Transpose', [table])]);
  b.op('GatherElements', [x, b.constant(int64([1, 1, 2], [0, 1]))], { axis: int(2) });
  b.op('Pad', [x, b.integers([0, 0, 1, 0, 0, 1])]);
  b.op('Shape', [x], { start: int(-2) });
  b.ops('Split', [x, b.integers([3, 5])], 2, { axis: int(-1) });
  b.ops('Split', [x], 2, { axis: int(-1), num_outputs: int(2) });
  b.op('CastLike', [x, ids]);
  b.op('LeakyRelu', [x], { alpha: float(0.1) });
  const graph = b.build();
  const numKnown = await checkInference(graph, { ids: int64([2, 3], [0, 1, 2, 3, 4, 0]) });
  // Only what depends on a shape that is computed at run time is of unknown rank: one Expand, whose length is a Slice.
  expect(numKnown).toBeGreaterThanOrEqual(graph.nodes.flatMap((node) => node.outputs).length - 1);
});
