// Exports that other programs have worked on: optimised, converted to half precision, wrapped, made for generation.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeModel,
  encodeModel,
  float32,
  GraphBuilder,
  int,
  modelOf,
  type Graph,
  type Model,
  type Node,
  type Tensor,
} from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { goldenExports, goldenModel, type GoldenModel } from '../../autodiff/test/golden-model.js';
import { buildModel, fromOnnx, loadCheckpoint, type Checkpoint, type OnnxModel } from '../src/index.js';
import { narrowed, widened } from '../src/checkpoint/half-precision.js';
import { bytesOf } from './bytes-of.js';
import { fusedBert } from './fused-bert.js';
import { largestDifference, largestMagnitude } from './load-golden.js';
import { writeOptimised } from './optimised-export.js';
import { gradientOf, trainingGraph } from './training-graph.js';
import { temporaryFolder } from './temporary-folder.js';

/** Relative to the largest logit; PyTorch itself in float32 is off by up to 7e-7. */
const TOLERANCE = 1e-5;

const folder = fileURLToPath(new URL('../../../test/golden/', import.meta.url));
const exportOf = (file: string): Model => decodeModel(readFileSync(`${folder}${file}`));
const checkpointOf = (model: string): Promise<Checkpoint> => loadCheckpoint(`${folder}${model}`);

async function logitsOf(source: Graph | Model, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const session = await Session.create(source);
  const { logits } = await session.run(inputs);
  await session.release();
  return logits!;
}

async function expectGolden({ graph, parameters }: OnnxModel, golden: GoldenModel): Promise<void> {
  expect(bytesOf(parameters.map((name) => [name, graph.initializers.get(name)!]))).toEqual(bytesOf(golden.parameters));
  const logits = await logitsOf(graph, golden.inputs);
  expect(largestDifference(logits, golden.logits) / largestMagnitude(golden.logits)).toBeLessThan(TOLERANCE);
}

describe('what ONNX Runtime has optimised', () => {
  // One export each, folded ones first, for folding is what optimisers do to the others.
  const exports = new Map(
    goldenExports()
      .toReversed()
      .map((one) => [one.model, one]),
  );
  exports.delete('t5-classification'); // does not run on the golden batch

  it.each([...exports.values()])('$model', async ({ model, path }) => {
    const file = join(await temporaryFolder(), 'optimised.onnx');
    await writeOptimised(path, file);
    const domains = decodeModel(readFileSync(file)).graph.nodes.map(({ domain }) => domain);
    const { config } = await checkpointOf(model);
    await expectGolden(await fromOnnx(file, { config }), goldenModel(model));
    expect(domains.length).toBeLessThan(decodeModel(readFileSync(path)).graph.nodes.length);
  });

  it('packed projections of attention are three layers again', async () => {
    const golden = goldenModel('bert-masked-lm');
    const model = fusedBert(golden.parameters, 2, 2);
    const original = await logitsOf(model, golden.inputs);
    expect(largestDifference(original, golden.logits) / largestMagnitude(golden.logits)).toBeLessThan(TOLERANCE);
    await expectGolden(await fromOnnx(encodeModel(model)), golden);
    const { config } = await checkpointOf('bert-masked-lm');
    await expectGolden(await fromOnnx(encodeModel(model), { config }), golden);
  });
  it('a joint layer of the model’s own stays one', async () => {
    const b = new GraphBuilder('joint');
    const ids = b.input('input_ids', 'int64', ['batch', 'length']);
    const random = (rows: number, columns: number): Tensor =>
      float32(
        [rows, columns],
        Array.from({ length: rows * columns }, (_, i) => Math.cos(i * i + rows)),
      );
    const hidden = b.op('Gather', [b.initializer('model.embed_tokens.weight', random(7, 4)), ids]);
    const node = (name: string, opType: string, inputs: readonly string[], outputs: readonly string[]): void =>
      b.append({ name, opType, domain: '', inputs, outputs, attributes: opType === 'Split' ? { axis: int(-1) } : {} });
    const scope = '/model/layers.0/self_attn';
    node(`${scope}/qkv_proj/MatMul`, 'MatMul', [hidden, b.initializer('onnx::MatMul_1', random(4, 12))], ['qkv']);
    node(`${scope}/Split`, 'Split', ['qkv', b.integers([4, 4, 4])], ['q', 'k', 'v']);
    const values = b.op('Add', [b.op('Add', ['q', 'k']), 'v']);
    node(`${scope}/o_proj/MatMul`, 'MatMul', [values, b.initializer('onnx::MatMul_2', random(4, 4))], ['out']);
    b.declareOutput({ name: 'out', dataType: 'float32' });
    const { parameters } = await fromOnnx(encodeModel(modelOf(b.build())));
    const joint = ['qkv_proj', 'o_proj'].map((part) => `model.layers.0.self_attn.${part}.weight`);
    expect(parameters).toEqual(['model.embed_tokens.weight', ...joint]);
  });
});

it('finds tensor data in files beside the model', async () => {
  const to = await temporaryFolder();
  await writeOptimised(`${folder}bert-masked-lm/masked-lm.opset15.onnx`, join(to, 'model.onnx'), 'model.onnx_data');
  expect(readFileSync(join(to, 'model.onnx_data')).length).toBeGreaterThan(10_000);
  await expectGolden(await fromOnnx(join(to, 'model.onnx')), goldenModel('bert-masked-lm'));
  const externalData = (location: string): Uint8Array => readFileSync(join(to, location));
  await expectGolden(
    await fromOnnx(readFileSync(join(to, 'model.onnx')), { externalData }),
    goldenModel('bert-masked-lm'),
  );
});

describe('exports for generation', () => {
  const files = [
    'gpt2-causal-lm/causal-lm-with-past.opset14.onnx',
    'llama-tied-causal-lm/causal-lm-with-past.opset16.onnx',
  ];

  it.each(files)('%s computes what it does for an empty cache, without it', async (file) => {
    const [model = ''] = file.split('/');
    const golden = goldenModel(model);
    const { config } = await checkpointOf(model);
    const imported = await fromOnnx(`${folder}${file}`, { config });
    expect(imported.inputs).toEqual(Object.keys(golden.inputs));
    expect(imported.graph.outputs.map(({ name }) => name)).toEqual(['logits']);
    expect(imported.graph.nodes.filter(({ opType, inputs }) => opType === 'Concat' && inputs.length === 1)).toEqual([]);
    await expectGolden(imported, golden);
    const alone = await fromOnnx(`${folder}${file}`);
    expect(alone.graph.inputs.map(({ dims }) => dims)).toEqual(alone.inputs.map(() => ['batch', 'length']));
    expect(alone.graph.outputs).toEqual(imported.graph.outputs);
    await expectGolden(alone, golden);
  });
});

it('positions that come as an input are counted where the model counts them', async () => {
  const golden = goldenModel('gpt2-causal-lm');
  const { config } = await checkpointOf('gpt2-causal-lm');
  const model = exportOf('gpt2-causal-lm/causal-lm.opset13.onnx');
  const { inputs, nodes } = model.graph;
  const positions = { name: 'position_ids', dataType: 'int64', dims: ['batch', 'length'] } as const;
  const fed = nodes.map((node) =>
    node.name === '/transformer/wpe/Gather' ? { ...node, inputs: [node.inputs[0]!, 'position_ids'] } : node,
  );
  const bytes = encodeModel({ ...model, graph: { ...model.graph, inputs: [...inputs, positions], nodes: fed } });
  await expectGolden(await fromOnnx(bytes, { config }), golden);
  expect((await fromOnnx(bytes)).inputs).toEqual(['input_ids', 'attention_mask', 'position_ids']);
});

it.each([
  ['bert-masked-lm', 'masked-lm.opset15.onnx'],
  ['t5-seq2seq-lm', 'seq2seq-lm.opset17.onnx'],
  ['gpt2-causal-lm', 'causal-lm-with-past.opset14.onnx'],
])('%s, %s: has the gradients of PyTorch', async (model, file) => {
  const golden = goldenModel(model);
  const { config } = await checkpointOf(model);
  const imported = await fromOnnx(`${folder}${model}/${file}`, { config });
  const graph = await trainingGraph(imported, golden, (gradients, parameter) => gradients.summed(parameter));
  const session = await Session.create(graph);
  const results = await session.run({ ...golden.inputs, labels: golden.labels });
  await session.release();
  for (const [name, gradient] of golden.gradients) {
    // PyTorch in float32 is off by 3e-6 of a tensor's largest gradient, and leaves 2e-8 where the exact one is zero.
    const limit = golden.zeroGradients.has(name) ? 1e-7 : TOLERANCE * largestMagnitude(gradient);
    expect(largestDifference(results[gradientOf(name)]!, gradient), name).toBeLessThan(limit);
  }
});

describe('half precision', () => {
  it.each(['float16', 'bfloat16'] as const)('%s becomes float32, and is known to have been stored so', async (type) => {
    const checkpoint = await checkpointOf('llama-tied-causal-lm');
    const golden = goldenModel('llama-tied-causal-lm');
    const exported = inHalfPrecision(exportOf('llama-tied-causal-lm/causal-lm.opset14.onnx'), type);
    const imported = await fromOnnx(encodeModel(exported), { config: checkpoint.config });
    expect(imported.storedType).toBe(type);
    const rounded = new Map(
      Array.from(checkpoint.weights, ([name, value]) => [name, widened(narrowed(value as Tensor<'float32'>, type))]),
    );
    expect(bytesOf(imported.parameters.map((name) => [name, imported.graph.initializers.get(name)!]))).toEqual(
      bytesOf(rounded),
    );
    const expected = await logitsOf(
      buildModel({ ...checkpoint, weights: rounded }, imported.head).graph,
      golden.inputs,
    );
    const received = await logitsOf(imported.graph, golden.inputs);
    // The angles of the rotary embedding were rounded with the weights: to 8 bits in bfloat16.
    const tolerance = type === 'float16' ? 2e-3 : 2e-2;
    expect(largestDifference(received, expected) / largestMagnitude(expected)).toBeLessThan(tolerance);
    // Casts to full precision around the softmax have no effect any more.
    const softmax = imported.graph.nodes.filter(({ opType }) => opType === 'Softmax').map(({ outputs }) => outputs[0]);
    const readers = imported.graph.nodes.filter(({ inputs }) => inputs.some((input) => softmax.includes(input)));
    expect(readers.map(({ opType }) => opType)).toEqual(['MatMul', 'MatMul']);
  });
});

it('takes the names of a wrapper off, where the configuration tells them from the model’s', async () => {
  const { config } = await checkpointOf('bert-masked-lm');
  const wrapped = renamed(exportOf('bert-masked-lm/masked-lm.opset15.onnx'), (name) =>
    /^(?:bert|cls)\./.test(name) ? `model.wrapped.${name}` : name,
  );
  const nodes = wrapped.graph.nodes.map((node) => ({ ...node, name: `/model/wrapped${node.name}` }));
  const file = join(await temporaryFolder(), 'wrapped.onnx');
  await writeFile(file, encodeModel({ ...wrapped, graph: { ...wrapped.graph, nodes } }));
  await expectGolden(await fromOnnx(file, { config }), goldenModel('bert-masked-lm'));
  const alone = await fromOnnx(file);
  expect(alone.parameters.every((name) => name.startsWith('model.wrapped.'))).toBe(true);
});

it('knows the names that the first BERTs have for normalisations', async () => {
  const { config } = await checkpointOf('bert-classification');
  const old = renamed(exportOf('bert-classification/classification.opset17.unfolded.onnx'), (name) =>
    name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
  );
  await expectGolden(await fromOnnx(encodeModel(old), { config }), goldenModel('bert-classification'));
});

/** A model with its initializers under other names. */
function renamed(model: Model, rename: (name: string) => string): Model {
  const { graph } = model;
  const initializers = new Map(Array.from(graph.initializers, ([name, value]) => [rename(name), value]));
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename) }));
  return { ...model, graph: { ...graph, initializers, nodes } };
}

/** A model as exporters write half precision: with the type's own lowest number, softmax in full precision. */
function inHalfPrecision(model: Model, type: 'float16' | 'bfloat16'): Model {
  const code = { type: 'int', value: type === 'float16' ? 10 : 16 } as const;
  const full = { type: 'int', value: 1 } as const;
  const narrow = (value: Tensor): Tensor => {
    if (value.dataType !== 'float32') return value;
    const data = (value.data as Float32Array).map((element) =>
      Math.max(element, type === 'float16' ? -65504 : -3.3e38),
    );
    return narrowed({ ...value, data } as Tensor<'float32'>, type);
  };
  const nodes = model.graph.nodes.flatMap((node): Node[] => {
    const attributes = Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => {
        if (attribute.type === 'tensor') return [key, { ...attribute, value: narrow(attribute.value) }];
        return [key, node.opType === 'Cast' && attribute.type === 'int' && attribute.value === 1 ? code : attribute];
      }),
    ) as Node['attributes'];
    if (node.opType !== 'Softmax') return [{ ...node, attributes }];
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    const cast = { opType: 'Cast', domain: '' };
    return [
      { ...cast, name: `${to}/up`, inputs: [from], outputs: [`${to}/up`], attributes: { to: full } },
      { ...node, inputs: [`${to}/up`], outputs: [`${to}/full`] },
      { ...cast, name: `${to}/down`, inputs: [`${to}/full`], outputs: [to], attributes: { to: code } },
    ];
  });
  const initializers = new Map(Array.from(model.graph.initializers, ([name, value]) => [name, narrow(value)]));
  const outputs = model.graph.outputs.map((info) => ({ ...info, dataType: type }));
  return { ...model, graph: { ...model.graph, nodes, initializers, outputs } };
}
