import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { float32, int64, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { buildModel, initialiseModel, loadCheckpoint, type Checkpoint, type Head } from '../src/index.js';
import { refusal } from './refusal.js';
import { temporaryFolder } from './temporary-folder.js';

interface Change {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly without?: RegExp;
  readonly more?: readonly (readonly [string, Tensor])[];
}

async function golden(name: string, { config, without, more = [] }: Change = {}): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url)));
  const kept = [...checkpoint.weights].filter(([key]) => !without?.test(key));
  return { ...checkpoint, config: { ...checkpoint.config, ...config }, weights: new Map([...kept, ...more]) };
}

function labelsOf({ config }: Checkpoint): string[] {
  return Object.values(config['id2label'] as Record<string, string>);
}

function classification(labels: readonly string[]): Head {
  return { type: 'sequence-classification', labels, seed: 1 };
}

describe('a checkpoint with more layers than its configuration', () => {
  it.each([
    ['bert-masked-lm', { num_hidden_layers: 1 }, { type: 'masked-lm' }, 'bert.encoder.layer.1.'],
    ['gpt2-causal-lm', { n_layer: 1 }, { type: 'causal-lm' }, 'transformer.h.1.'],
    ['llama-causal-lm', { num_hidden_layers: 1 }, { type: 'causal-lm' }, 'model.layers.1.'],
    ['t5-seq2seq-lm', { num_layers: 1, num_decoder_layers: 1 }, { type: 'seq2seq-lm' }, 'coder.block.1.'],
  ] as const)('%s with %j is refused', async (name, config, head, first) => {
    const checkpoint = await golden(name, { config });
    const error = await refusal(() => buildModel(checkpoint, head));
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.report.received).toMatch(/^\d+ more: /);
    expect(error.report.received).toContain(first);
  });

  it('but not for buffers and poolers', async () => {
    const value = float32([1], [1]);
    const bert = await golden('bert-masked-lm', {
      more: [
        ['bert.embeddings.position_ids', int64([1], [0])],
        ['bert.pooler.dense.weight', value],
      ],
    });
    expect(buildModel(bert, { type: 'masked-lm' }).parameters).not.toContain('bert.pooler.dense.weight');
    const gpt2 = await golden('gpt2-causal-lm', { more: [['transformer.h.0.attn.bias', value]] });
    expect(buildModel(gpt2, { type: 'causal-lm' }).parameters).not.toContain('transformer.h.0.attn.bias');
  });
});

describe('half a head', () => {
  it.each([
    ['bert-classification', /^bert\.pooler\.dense\.weight$/],
    ['bert-classification', /^bert\.pooler\./],
    ['bert-classification', /^classifier\.bias$/],
    ['roberta-classification', /^classifier\.dense\./],
  ])('%s without %s is refused', async (name, without) => {
    const checkpoint = await golden(name, { without });
    const error = await refusal(() => buildModel(checkpoint, classification(labelsOf(checkpoint))));
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.report.where).toMatch(/pooler|classifier/);
  });

  it('a missing pooler is drawn with a classifier for other labels', async () => {
    const checkpoint = await golden('bert-classification', { without: /pooler/ });
    expect(buildModel(checkpoint, classification(['x', 'y'])).initialised).toHaveLength(4);
  });
});

describe('one parameter under two names', () => {
  const norm = 'bert.embeddings.LayerNorm.weight';
  it.each(['bert.embeddings.LayerNorm.gamma', 'embeddings.LayerNorm.weight'])('%s', async (twin) => {
    const value = (await golden('bert-masked-lm')).weights.get(norm) as Tensor<'float32'>;
    const same = await golden('bert-masked-lm', { more: [[twin, value]] });
    expect(buildModel(same, { type: 'masked-lm' }).parameters).toContain(norm);
    const other = { ...value, data: value.data.map((each) => each + 1) };
    const error = await refusal(async () =>
      buildModel(await golden('bert-masked-lm', { more: [[twin, other]] }), { type: 'masked-lm' }),
    );
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.message).toContain(twin);
  });
});

describe('problem_type', () => {
  it.each([
    ['multi_label_classification', 3, 'multi_label_classification'],
    ['regression', 3, 'regression'],
    ['regression', 2, 'single_label_classification'],
    ['multi_label_classification', 1, 'regression'],
    ['nonsense', 3, 'single_label_classification'],
  ])('%s of 3 labels with a head of %i becomes %s', async (problem_type, count, expected) => {
    const id2label = { 0: 'a', 1: 'b', 2: 'c' };
    const checkpoint = await golden('bert-masked-lm', { config: { problem_type, id2label } });
    const model = buildModel(checkpoint, classification(['a', 'b', 'c'].slice(0, count)));
    expect(model.config['problem_type']).toBe(expected);
  });
});

describe('buildModel and initialiseModel refuse', () => {
  it.each([[undefined], [{}], [classification([])], [classification(['a', 'a'])]])('the head %j', async (head) => {
    const checkpoint = await golden('bert-masked-lm');
    expect((await refusal(() => buildModel(checkpoint, head as Head))).code).toBe('MODEL_HEAD');
  });

  it('sizes that no memory holds', async () => {
    const { config } = await golden('bert-masked-lm', { config: { vocab_size: 2 ** 24, hidden_size: 2 ** 20 } });
    const error = await refusal(() => initialiseModel({ ...config, model_type: 'bert' }, { type: 'masked-lm' }, 1));
    expect(error.code).toBe('MODEL_CONFIG');
    expect(error.message).toContain('word_embeddings');
  });
});

it('loadCheckpoint says what to do with the id of a model on the hub', async () => {
  const id = join(await temporaryFolder(), 'organisation/name');
  const error = await refusal(() => loadCheckpoint(id));
  expect(error.code).toBe('CHECKPOINT_MISSING');
  expect(error.report.fix).toMatch(/resolveModel.*organisation\/name.*@revision/);
});
