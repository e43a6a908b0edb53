// Models as programs write them: ONNX Runtime's own optimiser, and PyTorch's exporter.
import { InferenceSession } from 'onnxruntime-node';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normals } from '../../test/lowering-cases/lowering-case.js';
import { runModel } from '../../test/lowering-cases/run-model.js';
import { float, int, ints } from '../attributes.js';
import { GraphBuilder } from '../builder.js';
import { modelOf, type Graph, type Model } from '../graph.js';
import { decodeModel } from '../protobuf/decode-model.js';
import { encodeModel } from '../protobuf/encode-model.js';
import { float32, int64 } from '../tensor.js';
import { lowerModel } from './lower-model.js';

const hidden = 8;

/** A transformer layer after layer normalisation, in the operators exporters write. */
function emitLayer(b: GraphBuilder, x: string, name: string): string {
  const linear = (value: string, role: string, inSize: number, outSize: number): string => {
    const weight = b.initializer(`${name}.${role}.weight`, normals(`${name}${role}w`, inSize, outSize));
    const bias = b.initializer(`${name}.${role}.bias`, normals(`${name}${role}b`, outSize));
    return b.op('Add', [b.op('MatMul', [value, weight]), bias]);
  };
  const norm = (value: string, role: string): string => {
    const scale = b.initializer(`${name}.${role}.weight`, normals(`${name}${role}w`, hidden));
    const bias = b.initializer(`${name}.${role}.bias`, normals(`${name}${role}b`, hidden));
    return b.op('LayerNormalization', [value, scale, bias], { axis: int(-1), epsilon: float(1e-5) });
  };
  const heads = (role: string, perm: readonly number[]): string =>
    b.op('Transpose', [b.op('Reshape', [linear(x, role, hidden, hidden), b.integers([0, 0, 2, 4])])], {
      perm: ints(perm),
    });
  const scores = b.op('Div', [
    b.op('MatMul', [heads('q', [0, 2, 1, 3]), heads('k', [0, 2, 3, 1])]),
    b.number(2, 'float32'),
  ]);
  const context = b.op('MatMul', [b.op('Softmax', [scores], { axis: int(-1) }), heads('v', [0, 2, 1, 3])]);
  const merged = b.op('Reshape', [
    b.op('Transpose', [context], { perm: ints([0, 2, 1, 3]) }),
    b.integers([0, 0, hidden]),
  ]);
  const attended = norm(b.op('Add', [linear(merged, 'o', hidden, hidden), x]), 'norm1');
  const inner = linear(attended, 'up', hidden, 16);
  const erf = b.op('Erf', [b.op('Div', [inner, b.number(Math.SQRT2, 'float32')])]);
  const gelu = b.op('Mul', [
    b.op('Mul', [inner, b.op('Add', [erf, b.number(1, 'float32')])]),
    b.number(0.5, 'float32'),
  ]);
  return norm(b.op('Add', [linear(gelu, 'down', 16, hidden), attended]), 'norm2');
}

/** What ONNX Runtime makes of a graph before it runs it. */
async function optimised(graph: Graph): Promise<Model> {
  const folder = mkdtempSync(join(tmpdir(), 'lowering-'));
  const file = join(folder, 'optimised.onnx');
  try {
    const session = await InferenceSession.create(encodeModel(modelOf(graph)), {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: file,
      logSeverityLevel: 4,
    });
    await session.release();
    return decodeModel(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('layers that ONNX Runtime has optimised', async () => {
  const b = new GraphBuilder('layers');
  const x = b.input('x', 'float32', ['batch', 'length', hidden]);
  b.output(emitLayer(b, emitLayer(b, x, 'layer.0'), 'layer.1'), 'float32', ['batch', 'length', hidden], 'y');
  const graph = b.build();
  const model = await optimised(graph);
  const fused = new Set(model.graph.nodes.filter((node) => node.domain !== '').map((node) => node.opType));
  // Otherwise the test would compare a graph with itself.
  expect(fused.size).toBeGreaterThanOrEqual(3);
  const lowered = lowerModel(model);
  expect(new Set(lowered.nodes.map((node) => node.domain))).toEqual(new Set(['']));
  expect(lowered.initializers.has('layer.1.up.weight')).toBe(true);
  const expected = await runModel(modelOf(graph), { x: normals('x', 2, 3, hidden) });
  const received = await runModel(modelOf(lowered), { x: normals('x', 2, 3, hidden) });
  // Normalised numbers of size one after some thirty float32 operations in a row.
  expected['y']!.values.forEach((value, i) => expect(Math.abs(received['y']!.values[i]! - value)).toBeLessThan(1e-5));
});

test('RMS norms and rotations that ONNX Runtime has optimised', async () => {
  const b = new GraphBuilder('rms');
  const x = b.input('x', 'float32', ['batch', 'length', hidden]);
  const square = b.op('Pow', [x, b.number(2, 'float32')]);
  const mean = b.op('ReduceMean', [square, b.integers([-1])], { keepdims: int(1) });
  const root = b.op('Sqrt', [b.op('Add', [mean, b.constant(float32([], [1e-5]))])]);
  const scale = b.initializer('scale', normals('scale', hidden));
  b.output(b.op('Mul', [b.op('Div', [x, root]), scale]), 'float32', ['batch', 'length', hidden], 'y');
  const model = await optimised(b.build());
  expect(model.graph.nodes.map((node) => node.opType)).toContain('SimplifiedLayerNormalization');
  const lowered = lowerModel(model);
  const feeds = { x: normals('x', 2, 3, hidden) };
  const expected = await runModel(modelOf(b.build()), feeds);
  const received = await runModel(modelOf(lowered), feeds);
  // A few float32 operations on numbers of size one.
  expected['y']!.values.forEach((value, i) => expect(received['y']!.values[i]).toBeCloseTo(value, 5));
});

test('a file of PyTorch’s exporter computes the same, its weights under their names', async () => {
  const model = decodeModel(readFileSync(new URL('../../test/golden/exported-model.onnx', import.meta.url)));
  const lowered = lowerModel(model);
  const feeds = { ids: int64([2, 3], [1, 0, 2, 3, 1, 1]) };
  const expected = await runModel(model, feeds);
  const received = await runModel(modelOf(lowered), feeds);
  for (const [name, { values }] of Object.entries(expected)) {
    // Other kernels for a few operators, numbers of size one.
    values.forEach((value, i) => expect(received[name]!.values[i]).toBeCloseTo(value, 5));
  }
  expect([...model.graph.initializers.keys()].filter((name) => !lowered.initializers.has(name))).toEqual([]);
});
