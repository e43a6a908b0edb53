// Weights with equal values, which PyTorch's exporter stores once, are still one parameter each.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeModel, encodeModel, tensorBytes, type Graph, type Node, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { goldenModel } from '../../autodiff/test/golden-model.js';
import { fromOnnx, loadCheckpoint, type OnnxModel } from '../src/index.js';
import { bytesOf } from './bytes-of.js';
import { largestDifference, largestMagnitude } from './load-golden.js';
import { refusal } from './refusal.js';

/** Relative to the largest logit; PyTorch itself in float32 is off by up to 7e-7. */
const TOLERANCE = 1e-5;

const folder = fileURLToPath(new URL('../../../test/golden/', import.meta.url));

/** A new model's values: biases zero, norms one, tables and matrices as they are. */
function fresh(name: string, value: Tensor): Tensor {
  if (value.dims.length !== 1 || !/\.(weight|bias)$/.test(name)) return value;
  return { ...value, data: new Float32Array(value.data.length).fill(name.endsWith('.bias') ? 0 : 1) } as Tensor;
}

/** The first layer's values in the second, as models are made deeper. */
function stacked(name: string, value: Tensor, all: ReadonlyMap<string, Tensor>): Tensor {
  return all.get(name.replace('.layer.1.', '.layer.0.').replace('.h.1.', '.h.0.')) ?? value;
}

/** As PyTorch's exporter leaves equal initializers: the first is kept, the others are Identities of it, in front. */
function withoutDuplicates(graph: Graph): Graph {
  const kept = new Map<string, string>();
  const initializers = new Map<string, Tensor>();
  const identities: Node[] = [];
  for (const [name, value] of graph.initializers) {
    const key = `${value.dataType} ${value.dims.join()} ${Buffer.from(tensorBytes(value)).toString('base64')}`;
    const first = kept.get(key);
    if (first === undefined) {
      kept.set(key, name);
      initializers.set(name, value);
      continue;
    }
    const node = { name: `Identity_of_equal_${identities.length}`, opType: 'Identity', domain: '', attributes: {} };
    identities.unshift({ ...node, inputs: [first], outputs: [name] });
  }
  return { ...graph, initializers, nodes: [...identities, ...graph.nodes] };
}

const changedBy = (change: typeof stacked, all: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> =>
  new Map(Array.from(all, ([name, value]) => [name, change(name, value, all)]));

function exportWith(file: string, change: typeof stacked): { readonly bytes: Uint8Array; readonly lost: number } {
  const model = decodeModel(readFileSync(`${folder}${file}`));
  const changed = { ...model.graph, initializers: changedBy(change, model.graph.initializers) };
  const graph = withoutDuplicates(changed);
  return { bytes: encodeModel({ ...model, graph }), lost: changed.initializers.size - graph.initializers.size };
}

const parametersOf = ({ graph, parameters }: OnnxModel): Readonly<Record<string, unknown>> =>
  bytesOf(parameters.map((name) => [name, graph.initializers.get(name)!]));

describe.each([
  ['bert-masked-lm', 'masked-lm.opset15.onnx', fresh],
  ['bert-classification', 'classification.opset17.unfolded.onnx', fresh],
  ['bert-masked-lm', 'masked-lm.opset16.unfolded.onnx', stacked],
  ['gpt2-causal-lm', 'causal-lm.opset13.onnx', fresh],
  ['gpt2-causal-lm', 'causal-lm.opset13.onnx', stacked],
  ['llama-tied-causal-lm', 'causal-lm.opset14.onnx', fresh],
  ['t5-seq2seq-lm', 'seq2seq-lm.opset17.onnx', fresh],
  ['roberta-masked-lm', 'masked-lm.opset14.onnx', fresh],
  ['albert-masked-lm', 'masked-lm.opset15.onnx', fresh],
])('%s, %s', (model, file, change) => {
  const golden = goldenModel(model);
  const weights = changedBy(change, golden.parameters);

  it(`${change.name}: all parameters come back, alone, with configuration, with checkpoint`, async () => {
    const { bytes, lost } = exportWith(`${model}/${file}`, change);
    expect(lost).toBeGreaterThan(3);
    const { config } = await loadCheckpoint(`${folder}${model}`);
    const expected = bytesOf(weights);
    expect(parametersOf(await fromOnnx(bytes))).toEqual(expected);
    expect(parametersOf(await fromOnnx(bytes, { config }))).toEqual(expected);
    expect(parametersOf(await fromOnnx(bytes, { checkpoint: { weights } }))).toEqual(expected);
    expect(parametersOf(await fromOnnx(bytes, { config, checkpoint: { weights } }))).toEqual(expected);
  });

  it(`${change.name}: and the logits are those of the export`, async () => {
    const { bytes } = exportWith(`${model}/${file}`, change);
    const [expected, received] = await Promise.all(
      [decodeModel(bytes), (await fromOnnx(bytes)).graph].map(async (source) => {
        const session = await Session.create(source);
        const { logits } = await session.run(golden.inputs);
        await session.release();
        return logits!;
      }),
    );
    expect(largestDifference(received!, expected!) / largestMagnitude(expected!)).toBeLessThan(TOLERANCE);
  });
});

it('a bias that optimisers left to two layers names neither; scopes do', async () => {
  const model = decodeModel(readFileSync(`${folder}bert-masked-lm/masked-lm.opset15.onnx`));
  const [query, key] = ['query', 'key'].map((part) => `bert.encoder.layer.0.attention.self.${part}`);
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input) => (input === `${key}.bias` ? `${query}.bias` : input)),
  }));
  const initializers = new Map([...model.graph.initializers].filter(([name]) => name !== `${key}.bias`));
  const { graph } = await fromOnnx(encodeModel({ ...model, graph: { ...model.graph, nodes, initializers } }));
  const { parameters } = goldenModel('bert-masked-lm');
  for (const name of [`${query}.weight`, `${key}.weight`]) {
    expect(graph.initializers.get(name)).toEqual(parameters.get(name));
  }
});

it('a parameter too many is refused though its values, zeros, are those of another', async () => {
  const { bytes } = exportWith('bert-masked-lm/masked-lm.opset15.onnx', fresh);
  const model = decodeModel(bytes);
  const last = model.graph.nodes.at(-1)!;
  const more = { ...last, name: 'more', opType: 'Add', inputs: ['raw', 'other.module.bias'], outputs: ['logits'] };
  const zeros = { dataType: 'float32', dims: [40], data: new Float32Array(40) } as const;
  const graph = {
    ...model.graph,
    nodes: [...model.graph.nodes.slice(0, -1), { ...last, outputs: ['raw'] }, { ...more, attributes: {} }],
    initializers: new Map<string, Tensor>([...model.graph.initializers, ['other.module.bias', zeros]]),
  };
  const { config } = await loadCheckpoint(`${folder}bert-masked-lm`);
  const error = await refusal(() => fromOnnx(encodeModel({ ...model, graph }), { config }));
  expect(error.code).toBe('IMPORT_NAMES');
  expect(error.message).toContain("'other.module.bias'");
});
