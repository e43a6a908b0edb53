// What is known of a weight when its own name, the scopes around it or the bias beside it are gone or lie.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  decodeModel,
  encodeModel,
  float32,
  GraphBuilder,
  int,
  ints,
  modelOf,
  tensor,
  type Graph,
  type Model,
  type Tensor,
} from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { goldenModel } from '../../autodiff/test/golden-model.js';
import { checkpointFromOnnx, fromOnnx, loadCheckpoint, type OnnxModel } from '../src/index.js';
import { headOfConfig } from '../src/from-onnx/head-of-config.js';
import { ModuleScopes } from '../src/from-onnx/module-scopes.js';
import { bytesOf } from './bytes-of.js';
import { refusal } from './refusal.js';

const folder = fileURLToPath(new URL('../../../test/golden/', import.meta.url));
const exportOf = (file: string): Model => decodeModel(readFileSync(`${folder}${file}`));
const configOf = async (model: string): Promise<Readonly<Record<string, unknown>>> =>
  (await loadCheckpoint(`${folder}${model}`)).config;

const bert = 'bert-masked-lm/masked-lm.opset15.onnx';
const t5 = 't5-seq2seq-lm/seq2seq-lm.opset17.onnx';
const tied = 'llama-tied-causal-lm/causal-lm.opset14.onnx';

/** An export with its graph changed, as a file's bytes. */
function changed(file: string, change: (graph: Graph) => Partial<Graph>): Uint8Array {
  const model = exportOf(file);
  return encodeModel({ ...model, graph: { ...model.graph, ...change(model.graph) } });
}

/** As PyTorch before 1.13 names nodes, and values after them: without scopes. */
const withoutScopes = ({ nodes }: Graph): Partial<Graph> => ({
  nodes: nodes.map((node, index) => ({ ...node, name: `${node.opType}_${index}` })),
});

const parametersOf = ({ graph, parameters }: OnnxModel): Readonly<Record<string, unknown>> =>
  bytesOf(parameters.map((name) => [name, graph.initializers.get(name)!]));

describe('without scopes', () => {
  it('the biases beside them name the weights of linear layers', async () => {
    const imported = await fromOnnx(changed(bert, withoutScopes));
    expect(parametersOf(imported)).toEqual(bytesOf(goldenModel('bert-masked-lm').parameters));
  });

  it('weights without biases are listed', async () => {
    const error = await refusal(() => fromOnnx(changed(t5, withoutScopes)));
    expect(error.code).toBe('IMPORT_NAMES');
    expect(error.message).toContain("'onnx::MatMul_732'");
    expect(error.message).toContain('and 20 more');
    expect(error.message).toContain('options.checkpoint');
  });

  it('the checkpoint that was exported tells them', async () => {
    const checkpoint = await loadCheckpoint(`${folder}t5-seq2seq-lm`);
    const imported = await fromOnnx(changed(t5, withoutScopes), { checkpoint });
    expect(parametersOf(imported)).toEqual(bytesOf(goldenModel('t5-seq2seq-lm').parameters));
  });

  it('a checkpoint knows better than names it has not', async () => {
    const checkpoint = await loadCheckpoint(`${folder}llama-tied-causal-lm`);
    const odd = changed(tied, ({ initializers, nodes }) => {
      const rename = (name: string): string => name.replace(/^model\.layers\.(\d)/, 'net.block_$1');
      return {
        initializers: new Map(Array.from(initializers, ([name, value]) => [rename(name), value])),
        nodes: nodes.map((node) => ({ ...node, name: '', inputs: node.inputs.map(rename) })),
      };
    });
    expect(parametersOf(await fromOnnx(odd, { checkpoint }))).toEqual(bytesOf(checkpoint.weights));
  });

  it("names: 'keep' leaves them as they are, among the parameters", async () => {
    const { graph, parameters } = await fromOnnx(changed(t5, withoutScopes), { names: 'keep' });
    const kept = parameters.filter((name) => name.startsWith('onnx::'));
    expect(kept).toHaveLength(32);
    const exported = exportOf(t5).graph.initializers;
    expect(bytesOf(kept.map((name) => [name, graph.initializers.get(name)!]))).toEqual(
      bytesOf(kept.map((name) => [name, exported.get(name)!])),
    );
  });
});

describe('scopes', () => {
  it('that lie are not believed where a bias says otherwise', async () => {
    const swap = new Map([
      ['query', 'key'],
      ['key', 'query'],
    ]);
    const lying = changed(bert, ({ nodes }) => ({
      nodes: nodes.map((node) => ({ ...node, name: node.name.replace(/query|key/, (part) => swap.get(part)!) })),
    }));
    expect(parametersOf(await fromOnnx(lying))).toEqual(bytesOf(goldenModel('bert-masked-lm').parameters));
  });

  it('that lie without a bias give weights of the wrong shape away', async () => {
    const lying = changed(tied, ({ nodes }) => ({
      nodes: nodes.map((node) => ({ ...node, name: node.name.replace('o_proj', 'x').replace('down_proj', 'o_proj') })),
    }));
    const error = await refusal(async () => fromOnnx(lying, { config: await configOf('llama-tied-causal-lm') }));
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.message).toContain('self_attn');
  });

  it('that give two weights one name leave the second without', async () => {
    const same = changed(tied, ({ nodes }) => ({
      nodes: nodes.map((node) => ({ ...node, name: node.name.replace('up_proj', 'gate_proj') })),
    }));
    const error = await refusal(() => fromOnnx(same));
    expect(error.code).toBe('IMPORT_NAMES');
    expect(error.message).toContain("'onnx::MatMul_807', 'onnx::MatMul_833'");
  });

  it('are applied as the parameters beside them teach', () => {
    const names = ['/predictions/decoder/MatMul', '/enc/layer.0/q/MatMul', '/enc/layer.0/q_1/MatMul', '/h.0/ln_1/Mul'];
    const scopes = new ModuleScopes(names);
    scopes.learn('/predictions/transform/dense/Add', 'cls.predictions.transform.dense');
    scopes.learn('/bert/pooler/dense/Gemm', 'bert.pooler.dense');
    scopes.learn('/enc/final/Mul', 'enc.final');
    scopes.learn('/enc/layer.0/norm/Mul_1', 'enc.block.0.layer.0.norm');
    scopes.learn('/enc/layer.0/norm_1/Mul_1', 'enc.block.1.layer.0.norm');
    expect(scopes.moduleOf('/predictions/decoder/MatMul')).toBe('cls.predictions.decoder');
    expect(scopes.moduleOf('/enc/layer.0/q/MatMul')).toBe('enc.block.0.layer.0.q');
    expect(scopes.moduleOf('/enc/layer.0/q_1/MatMul')).toBe('enc.block.1.layer.0.q');
    expect(scopes.moduleOf('/enc/other/MatMul')).toBe('enc.other');
    expect(scopes.moduleOf('/h.0/ln_1/Mul')).toBe('h.0.ln_1');
    expect(scopes.moduleOf('MatMul_12')).toBeUndefined();
    expect(scopes.moduleOf('/MatMul')).toBeUndefined();
  });
});

it('a bias of the module around the layer’s says less than the scope', async () => {
  const untied = changed(bert, ({ initializers }) => {
    const { dims, data } = initializers.get('onnx::MatMul_385')!;
    return {
      initializers: new Map([
        ...initializers,
        ['onnx::MatMul_385', float32(dims, Array.from(data, Number).toReversed())],
      ]),
    };
  });
  const config = { ...(await configOf('bert-masked-lm')), tie_word_embeddings: false };
  expect((await fromOnnx(untied, { config })).parameters).toContain('cls.predictions.decoder.weight');
});

it('a weight that a subgraph reads, too, stays what it was to it', async () => {
  const b = new GraphBuilder('conditional');
  const x = b.input('x', 'float32', ['batch', 2]);
  const condition = b.input('condition', 'bool', []);
  const weight = b.initializer('lin.weight', float32([2, 2], [1, 2, 3, 4]));
  const bias = b.initializer('onnx::Gemm_1', float32([2], [5, 6]));
  const gemm = { name: '/lin/Gemm', opType: 'Gemm', domain: '', inputs: [x, weight, bias], outputs: ['y'] };
  b.append({ ...gemm, attributes: { transB: int(1) } });
  const branch = (name: string, value: string): Graph => {
    const inner = new GraphBuilder(name);
    inner.declare({ name: value });
    const output = inner.scope(name, () => inner.op('Identity', [value]));
    inner.declareOutput({ name: output, dataType: 'float32' });
    return { ...inner.build(), inputs: [] };
  };
  const branches = { then_branch: branch('then', bias), else_branch: branch('else', 'y') };
  const attributes = Object.fromEntries(
    Object.entries(branches).map(([key, value]) => [key, { type: 'graph', value } as const]),
  );
  b.append({ name: 'if', opType: 'If', domain: '', inputs: [condition], outputs: ['z'], attributes });
  b.declareOutput({ name: 'z', dataType: 'float32' });
  const { graph, parameters } = await fromOnnx(encodeModel(modelOf(b.build())));
  expect(parameters).toEqual(['lin.weight', 'lin.bias']);
  const session = await Session.create(graph);
  const run = async (then: number): Promise<number[]> => {
    const { z } = await session.run({ x: float32([1, 2], [1, 1]), condition: tensor('bool', [], Uint8Array.of(then)) });
    return Array.from(z!.data, Number);
  };
  expect([await run(1), await run(0)]).toEqual([
    [5, 6],
    [8, 13],
  ]);
  await session.release();
});

describe('tied weights', () => {
  it('are one parameter, of which the product reads the transpose', async () => {
    const { graph, parameters } = await fromOnnx(`${folder}${tied}`);
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes('model.embed_tokens.weight'));
    expect(readers.map(({ opType }) => opType).toSorted()).toEqual(['Gather', 'Transpose']);
    expect(parameters).not.toContain('lm_head.weight');
  });

  it('that the configuration unties are two, though equal', async () => {
    const config = { ...(await configOf('llama-tied-causal-lm')), tie_word_embeddings: false };
    const { graph, parameters } = await fromOnnx(`${folder}${tied}`, { config });
    expect(parameters).toContain('lm_head.weight');
    expect(graph.initializers.get('lm_head.weight')).toEqual(graph.initializers.get('model.embed_tokens.weight'));
  });

  it('stored under both of their names are one where the configuration ties them', async () => {
    const twice = changed('llama-causal-lm/causal-lm.opset17.unfolded.onnx', ({ initializers }) => ({
      initializers: new Map([...initializers, ['lm_head.weight', initializers.get('model.embed_tokens.weight')!]]),
    }));
    const config = { ...(await configOf('llama-causal-lm')), tie_word_embeddings: true };
    expect((await fromOnnx(twice, { config })).parameters).not.toContain('lm_head.weight');
    expect((await fromOnnx(twice)).parameters).toContain('lm_head.weight');
  });

  it('are not made of matrices whose elements are all equal', async () => {
    const zero = ({ dims, data }: Tensor): Tensor => ({
      dataType: 'float32',
      dims,
      data: new Float32Array(data.length),
    });
    const zeros = changed(tied, ({ initializers }) => {
      const [table, head] = ['model.embed_tokens.weight', 'onnx::MatMul_835'].map(
        (name) => [name, zero(initializers.get(name)!)] as const,
      );
      return { initializers: new Map([...initializers, table!, head!]) };
    });
    expect((await fromOnnx(zeros)).parameters).toContain('lm_head.weight');
  });
});

describe('constants', () => {
  it('are what no layer computes with: masks, rotary angles, buffers', async () => {
    const llama = await fromOnnx(`${folder}${tied}`);
    expect(llama.constants).toEqual(['onnx::Expand_202']);
    // As GPT-2s before 2023 have it: the mask is a persistent buffer, in some of floats, and so keeps its name.
    const name = 'transformer.h.0.attn.bias';
    const masked = changed('gpt2-causal-lm/causal-lm.opset13.onnx', ({ initializers, nodes }) => {
      const [constant] = nodes.filter(({ outputs }) => outputs[0] === 'onnx::Slice_178');
      const mask = (constant!.attributes['value'] as { readonly value: Tensor }).value;
      const floats = { ...mask, dataType: 'float32', data: Float32Array.from(mask.data as Uint8Array) } as Tensor;
      const cast = { ...constant!, opType: 'Cast', inputs: [name], attributes: { to: int(9) } };
      return {
        initializers: new Map([...initializers, [name, floats]]),
        nodes: nodes.map((node) => (node === constant ? cast : node)),
      };
    });
    const gpt2 = await fromOnnx(masked, { config: await configOf('gpt2-causal-lm') });
    expect(gpt2.constants).toEqual([name]);
  });
});

it('a row that positions are multiplied by, and a vector added to scores, are constants', async () => {
  const b = new GraphBuilder('positions');
  const x = b.input('x', 'float32', ['batch', 'length', 3]);
  const positions = b.input('positions', 'float32', ['batch', 'length', 1]);
  const angles = b.op('MatMul', [positions, b.initializer('frequencies', float32([1, 3], [1, 0.1, 0.01]))]);
  const turned = b.op('Mul', [x, b.op('Cos', [angles])]);
  const scores = b.op('MatMul', [turned, b.op('Transpose', [x], { perm: ints([0, 2, 1]) })]);
  const shifted = b.op('Add', [scores, b.initializer('shift', float32([4], [1, 2, 3, 4]))]);
  b.output(shifted, 'float32', undefined, 'y');
  const { parameters, constants } = await fromOnnx(encodeModel(modelOf(b.build())));
  expect(parameters).toEqual([]);
  expect(constants).toEqual(['frequencies', 'shift']);
});

describe('held against the configuration', () => {
  it('an export of another head is refused', async () => {
    const config = await configOf('bert-classification');
    const error = await refusal(() => fromOnnx(`${folder}${bert}`, { config }));
    expect(error.code).toBe('IMPORT_NAMES');
    expect(error.message).toContain("'bert.pooler.dense.weight'");
    expect(error.message).toContain('checkpointFromOnnx');
  });

  it('an export with parameters that the head lacks is refused', async () => {
    const model = exportOf(bert);
    const { nodes, initializers } = model.graph;
    const last = nodes.at(-1)!;
    const more = { ...last, name: 'more', inputs: ['raw', 'other.module.bias'], outputs: ['logits'] };
    const graph = {
      ...model.graph,
      nodes: [...nodes.slice(0, -1), { ...last, outputs: ['raw'] }, more],
      initializers: new Map([...initializers, ['other.module.bias', initializers.get('cls.predictions.bias')!]]),
    };
    const other = new Float32Array(40).fill(0.5);
    graph.initializers.set('other.module.bias', { dataType: 'float32', dims: [40], data: other });
    const config = await configOf('bert-masked-lm');
    const error = await refusal(() => fromOnnx(encodeModel({ ...model, graph }), { config }));
    expect(error.code).toBe('IMPORT_NAMES');
    expect(error.message).toContain("'other.module.bias'");
  });

  it('sizes must be those of the export', async () => {
    const config = { ...(await configOf('bert-masked-lm')), vocab_size: 41 };
    const error = await refusal(() => fromOnnx(`${folder}${bert}`, { config }));
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.message).toContain('[41, 16]');
  });

  it('the architecture must be known, and the head told', async () => {
    const config = await configOf('bert-masked-lm');
    const unknown = await refusal(() => fromOnnx(`${folder}${bert}`, { config: { ...config, model_type: 'fnet' } }));
    expect(unknown.code).toBe('MODEL_ARCHITECTURE');
    const headless = { ...config, architectures: ['BertModel'] };
    expect((await refusal(() => fromOnnx(`${folder}${bert}`, { config: headless }))).code).toBe('MODEL_HEAD');
    const told = await fromOnnx(`${folder}${bert}`, { config: headless, head: { type: 'masked-lm' } });
    expect(told.head).toEqual({ type: 'masked-lm' });
  });

  it('labels that the configuration leaves out are the default ones', async () => {
    const { id2label: _labels, ...config } = await configOf('bert-classification');
    const file = `${folder}bert-classification/classification.opset17.unfolded.onnx`;
    const { head } = await fromOnnx(file, { config: { ...config, num_labels: 3 } });
    expect(head).toEqual({ type: 'sequence-classification', labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'], seed: 0 });
    expect(headOfConfig(config)).toMatchObject({ labels: ['LABEL_0', 'LABEL_1'] });
    expect((await refusal(async () => headOfConfig({ ...config, num_labels: 0 }))).code).toBe('MODEL_HEAD');
  });

  it('a checkpoint of an export takes another head', async () => {
    const checkpoint = await checkpointFromOnnx(`${folder}${bert}`, { config: await configOf('bert-masked-lm') });
    expect(bytesOf(checkpoint.weights)).toEqual(bytesOf(goldenModel('bert-masked-lm').parameters));
  });
});
