import { fileURLToPath } from 'node:url';
import { int64, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { goldenModel } from '../../autodiff/test/golden-model.js';
import { buildModel, loadCheckpoint, type Checkpoint, type Head, type LanguageModel } from '../src/index.js';
import { largestDifference } from './load-golden.js';
import { refusal } from './refusal.js';

/** PyTorch's own float32 run differs from its float64 run by up to 3e-6 here. */
const TOLERANCE = 1e-5;

function goldenCheckpoint(name: string): Promise<Checkpoint> {
  return loadCheckpoint(fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url)));
}

function classification(labels: readonly string[]): Head {
  return { type: 'sequence-classification', labels, seed: 1 };
}

async function logitsOf(model: LanguageModel, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const session = await Session.create(model.graph);
  const { logits } = await session.run(inputs);
  await session.release();
  return logits!;
}

/** What encoders have in common with different names: golden model, base modules, what a classifier adds. */
const encoders = [
  { type: 'bert', dense: 'bert.pooler.dense', output: 'classifier' },
  { type: 'roberta', dense: 'classifier.dense', output: 'classifier.out_proj' },
  { type: 'distilbert', dense: 'pre_classifier', output: 'classifier' },
  { type: 'albert', dense: 'albert.pooler', output: 'classifier' },
  { type: 'electra', dense: 'classifier.dense', output: 'classifier.out_proj' },
] as const;

describe.each(encoders)('a classifier on $type', ({ type, dense, output }) => {
  const parameters = (module: string): string[] => [`${module}.weight`, `${module}.bias`];

  it('takes a base model saved without a head, as sentence encoders are, and draws the rest', async () => {
    const checkpoint = await goldenCheckpoint(`${type}-masked-lm`);
    const prefix = `${type}.`;
    const base = [...checkpoint.weights]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value] as const);
    // Old checkpoints have this buffer, which is no weight.
    const buffer = ['embeddings.position_ids', int64([1, 12], [...Array(12).keys()])] as const;
    const model = buildModel({ ...checkpoint, weights: new Map([...base, buffer]) }, classification(['a', 'b']));
    expect(model.initialised).toEqual([...parameters(dense), ...parameters(output)]);
    const fromBase = model.parameters.filter((name) => name.startsWith(prefix) && !model.initialised.includes(name));
    expect(fromBase.toSorted()).toEqual(base.map(([name]) => prefix + name).toSorted());
  });

  it('has from 1 to n labels, and its configuration says so', async () => {
    const checkpoint = await goldenCheckpoint(`${type}-classification`);
    const { inputs } = goldenModel(`${type}-classification`);
    for (const labels of [['score'], ['a', 'b', 'c', 'd', 'e']]) {
      const model = buildModel(checkpoint, classification(labels));
      expect((await logitsOf(model, inputs)).dims).toEqual([3, labels.length]);
      // Only what belongs to the labels is drawn anew.
      expect(model.initialised).toEqual(parameters(output));
      expect(model.config).toMatchObject({
        id2label: { ...labels },
        problem_type: labels.length === 1 ? 'regression' : 'single_label_classification',
      });
    }
  });
});

/** Where checkpoints keep copies of tied tensors. */
const twins = [
  ['bert', 'bert.embeddings.word_embeddings.weight', 'cls.predictions.decoder.weight'],
  ['bert', 'cls.predictions.bias', 'cls.predictions.decoder.bias'],
  ['roberta', 'roberta.embeddings.word_embeddings.weight', 'lm_head.decoder.weight'],
  ['roberta', 'lm_head.bias', 'lm_head.decoder.bias'],
  ['distilbert', 'distilbert.embeddings.word_embeddings.weight', 'vocab_projector.weight'],
  ['albert', 'albert.embeddings.word_embeddings.weight', 'predictions.decoder.weight'],
  ['albert', 'predictions.bias', 'predictions.decoder.bias'],
  ['electra', 'electra.embeddings.word_embeddings.weight', 'generator_lm_head.weight'],
] as const;

describe.each(twins)('%s: %s and %s', (type, name, twin) => {
  const build = async (change: (weights: Map<string, Tensor>, value: Tensor) => void): Promise<LanguageModel> => {
    const checkpoint = await goldenCheckpoint(`${type}-masked-lm`);
    const weights = new Map(checkpoint.weights);
    change(weights, weights.get(name)!);
    return buildModel({ ...checkpoint, weights }, { type: 'masked-lm' });
  };

  it('are one tensor, whether stored under either name or both', async () => {
    const original = await build(() => undefined);
    const stored: Parameters<typeof build>[0][] = [
      (weights, value) => weights.set(twin, { ...value, data: value.data.slice() } as Tensor),
      (weights, value) => weights.set(twin, value).delete(name),
    ];
    for (const change of stored) {
      const model = await build(change);
      expect(model.parameters).toEqual(original.parameters);
      expect(model.graph.initializers).toEqual(original.graph.initializers);
    }
  });

  it('are refused when they differ, in one bit', async () => {
    const error = await refusal(() =>
      build((weights, value) => {
        const data = (value.data as Float32Array).slice();
        data[data.length - 1]! += 2 ** -12;
        weights.set(twin, { ...value, data } as Tensor);
      }),
    );
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.message).toContain(twin);
    expect(error.message).toContain(name);
  });
});

describe('a decoder matrix of its own', () => {
  const matrices = twins.filter(([, , twin]) => twin.endsWith('weight'));
  it.each(matrices)('%s: in place of %s', async (type, name, twin) => {
    const golden = goldenModel(`${type}-masked-lm`);
    const checkpoint = await goldenCheckpoint(`${type}-masked-lm`);
    const matrix = checkpoint.weights.get(name)!;
    const data = (matrix.data as Float32Array).map((value) => 2 * value);
    const model = buildModel(
      {
        ...checkpoint,
        config: { ...checkpoint.config, tie_word_embeddings: false },
        weights: new Map(checkpoint.weights).set(twin, { ...matrix, data } as Tensor),
      },
      { type: 'masked-lm' },
    );
    expect(model.parameters).toContain(twin);
    const bias = [...golden.parameters].find(([parameter, { dims }]) => parameter.endsWith('bias') && dims[0] === 40)!;
    // Twice the matrix gives twice the logits but for the bias.
    const expected = (golden.logits.data as Float32Array).map(
      (value, i) => 2 * value - (bias[1].data as Float32Array)[i % 40]!,
    );
    const logits = await logitsOf(model, golden.inputs);
    expect(largestDifference(logits, { ...golden.logits, data: expected } as Tensor)).toBeLessThan(2 * TOLERANCE);
  });
});

describe('XLM-R and CamemBERT', () => {
  it.each([
    ['xlm-roberta', 'XLMRoberta'],
    ['camembert', 'Camembert'],
  ])('%s is the network of RoBERTa under another class name', async (modelType, classPrefix) => {
    const golden = goldenModel('roberta-masked-lm');
    const checkpoint = { ...(await goldenCheckpoint('roberta-masked-lm')), modelType };
    const model = buildModel(checkpoint, { type: 'masked-lm' });
    expect(largestDifference(await logitsOf(model, golden.inputs), golden.logits)).toBeLessThan(TOLERANCE);
    expect(model).toMatchObject({ modelType, basePrefix: 'roberta.', inputs: ['input_ids', 'attention_mask'] });
    expect(model.config['architectures']).toEqual([`${classPrefix}ForMaskedLM`]);
    const classifier = buildModel(checkpoint, classification(['a', 'b']));
    expect(classifier.config['architectures']).toEqual([`${classPrefix}ForSequenceClassification`]);
  });
});

describe('RoBERTa counts positions from behind its padding id', () => {
  it('so that an input is shorter than the table of positions', async () => {
    const checkpoint = await goldenCheckpoint('roberta-masked-lm');
    expect(buildModel(checkpoint, { type: 'masked-lm' }).maxLength).toBe(14 - 2);
  });

  it('so that padding on the left changes nothing', async () => {
    const model = buildModel(await goldenCheckpoint('roberta-masked-lm'), { type: 'masked-lm' });
    const tokens = [0, 25, 7, 2];
    const right = await logitsOf(model, {
      input_ids: int64([1, 6], [...tokens, 1, 1]),
      attention_mask: int64([1, 6], [1, 1, 1, 1, 0, 0]),
    });
    const left = await logitsOf(model, {
      input_ids: int64([1, 6], [1, 1, ...tokens]),
      attention_mask: int64([1, 6], [0, 0, 1, 1, 1, 1]),
    });
    const rows = (logits: Tensor, first: number): number[] =>
      Array.from((logits.data as Float32Array).subarray(first * 40, (first + 4) * 40));
    rows(left, 2).forEach((value, i) => expect(Math.abs(value - rows(right, 0)[i]!)).toBeLessThan(TOLERANCE));
  });
});

describe('buildModel refuses of encoders', () => {
  it.each([
    ['bert', { hidden_act: 'gelu_fast' }, /hidden_act.*"gelu", "gelu_new", "relu".*"gelu_fast"/],
    ['roberta', { pad_token_id: 40 }, /pad_token_id/],
    ['roberta', { max_position_embeddings: 2 }, /max_position_embeddings.*more than/],
    ['roberta', { position_embedding_type: 'relative_key' }, /position_embedding_type/],
    ['distilbert', { sinusoidal_pos_embds: true }, /sinusoidal_pos_embds/],
    ['distilbert', { activation: 'silu' }, /activation.*"silu"/],
    ['distilbert', { n_heads: 3 }, /n_heads.*divisor of dim 16/],
    ['albert', { num_hidden_groups: 4 }, /num_hidden_groups.*\[1, 3\]/],
    ['albert', { embedding_size: 0 }, /embedding_size/],
    ['electra', { is_decoder: true }, /is_decoder/],
  ])('%s with %j', async (type, fields, message) => {
    const checkpoint = await goldenCheckpoint(`${type}-masked-lm`);
    const config = { ...checkpoint.config, ...fields };
    const error = await refusal(() => buildModel({ ...checkpoint, config }, { type: 'masked-lm' }));
    expect(error.code).toBe('MODEL_CONFIG');
    expect(error.message).toMatch(message);
  });

  it('a head that the architecture lacks, naming those it has', async () => {
    const checkpoint = await goldenCheckpoint('electra-masked-lm');
    const error = await refusal(() => buildModel(checkpoint, { type: 'causal-lm' }));
    expect(error.code).toBe('MODEL_HEAD');
    expect(error.message).toMatch(/electra.*masked-lm, replaced-token-detection, sequence-classification.*"causal-lm"/);
  });

  it('a masked-LM head on a checkpoint without one', async () => {
    const checkpoint = await goldenCheckpoint('electra-discriminator');
    const error = await refusal(() => buildModel(checkpoint, { type: 'masked-lm' }));
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.message).toMatch(/generator_predictions\.dense\.weight.*no tensor of that name.*has the head/);
  });
});
