import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { int64, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { buildModel, loadCheckpoint, type Head, type LanguageModel } from '../src/index.js';
import { largestDifference, loadGolden } from './load-golden.js';

/** PyTorch's own float32 run differs from its float64 run by 1.1e-6 here. */
const TOLERANCE = 1e-5;

const golden = await loadGolden();
const classification: Head = { type: 'sequence-classification', labels: ['a', 'b', 'c'], seed: 1 };

async function logitsOf(model: LanguageModel, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const session = await Session.create(model.graph);
  const { logits } = await session.run(inputs);
  await session.release();
  return logits!;
}

describe('BERT against PyTorch', () => {
  it('masked-LM logits', async () => {
    const logits = await logitsOf(buildModel(golden.checkpoint, { type: 'masked-lm' }), golden.inputs);
    expect(largestDifference(logits, golden.tensors.tensor('mlm/logits'))).toBeLessThan(TOLERANCE);
  });

  it('classification logits', async () => {
    const logits = await logitsOf(buildModel(golden.checkpoint, classification), golden.inputs);
    expect(largestDifference(logits, golden.tensors.tensor('classification/logits'))).toBeLessThan(TOLERANCE);
  });

  it('decodes labelled positions alone to the same logits', async () => {
    const model = buildModel(golden.checkpoint, { type: 'masked-lm', labelledPositionsOnly: true });
    const positions = [
      [6, 0],
      [2, 4],
      [3, 3],
    ];
    const some = await logitsOf(model, { ...golden.inputs, label_positions: int64([3, 2], positions.flat()) });
    const all = golden.tensors.tensor('mlm/logits').data as Float32Array;
    const vocabulary = 40;
    const expected = positions.flatMap((row, b) =>
      row.flatMap((t) => Array.from(all.subarray((b * 7 + t) * vocabulary, (b * 7 + t + 1) * vocabulary))),
    );
    expect(some.dims).toEqual([3, 2, vocabulary]);
    expected.forEach((value, i) => expect(Math.abs(Number(some.data[i]) - value)).toBeLessThan(TOLERANCE));
  });

  it('reads names without prefix, and gamma and beta, as the same model', async () => {
    const old = new Map(
      [...golden.checkpoint.weights].map(([name, value]) => {
        const gamma = name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta');
        return [gamma.replace(/^bert\./, ''), value];
      }),
    );
    const logits = await logitsOf(
      buildModel({ ...golden.checkpoint, weights: old }, { type: 'masked-lm' }),
      golden.inputs,
    );
    expect(largestDifference(logits, golden.tensors.tensor('mlm/logits'))).toBeLessThan(TOLERANCE);
  });
});

const tinyWikiBert = fileURLToPath(new URL('../../../../shared/assets/models/tiny-wiki-bert/', import.meta.url));

describe('BERT against the reference of a real checkpoint', () => {
  it.skipIf(!existsSync(tinyWikiBert))('tiny-wiki-bert (skipped where ../shared/assets is absent)', async () => {
    const reference = JSON.parse(await readFile(`${tinyWikiBert}reference.json`, 'utf8')) as {
      readonly input_ids: number[];
      readonly mask_position: number;
      readonly mask_logits_first_2000: number[];
    };
    const length = reference.input_ids.length;
    const logits = await logitsOf(buildModel(await loadCheckpoint(tinyWikiBert), { type: 'masked-lm' }), {
      input_ids: int64([1, length], reference.input_ids),
      attention_mask: int64(
        [1, length],
        Array.from({ length }, () => 1),
      ),
      token_type_ids: int64(
        [1, length],
        Array.from({ length }, () => 0),
      ),
    });
    const row = (logits.data as Float32Array).subarray(reference.mask_position * 30522);
    reference.mask_logits_first_2000.forEach((value, i) => expect(Math.abs(row[i]! - value)).toBeLessThan(TOLERANCE));
  });
});

describe('a new classification head', () => {
  const bare = {
    ...golden.checkpoint,
    weights: new Map([...golden.checkpoint.weights].filter(([name]) => !/^(classifier|bert\.pooler)/.test(name))),
  };
  const weightsOf = (seed: number): Float32Array =>
    buildModel(bare, { ...classification, seed }).graph.initializers.get('bert.pooler.dense.weight')!
      .data as Float32Array;

  it('is drawn from N(0, initializer_range²) by its seed, with zero biases', () => {
    const model = buildModel(bare, classification);
    expect(model.initialised).toEqual([
      'bert.pooler.dense.weight',
      'bert.pooler.dense.bias',
      'classifier.weight',
      'classifier.bias',
    ]);
    const drawn = weightsOf(1);
    const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length);
    // 256 draws: the sample deviation lies within 25 % of .02 but once in 10⁸ times.
    expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(0.25);
    expect(weightsOf(1)).toEqual(drawn);
    expect(weightsOf(2)).not.toEqual(drawn);
    expect(model.graph.initializers.get('classifier.bias')!.data).toEqual(new Float32Array(3));
  });
});

describe('the classifier of a fine-tuned checkpoint', () => {
  const weightsFor = (id2label: Record<string, string>): readonly string[] => {
    const config = { ...golden.checkpoint.config, id2label };
    return buildModel({ ...golden.checkpoint, config }, classification).initialised;
  };

  it('is kept for the same labels', () => {
    expect(weightsFor({ 0: 'a', 1: 'b', 2: 'c' })).toEqual([]);
  });

  it('is drawn anew for others', () => {
    expect(weightsFor({ 0: 'a', 1: 'c', 2: 'b' })).toEqual(['classifier.weight', 'classifier.bias']);
    expect(weightsFor({ 0: 'no', 1: 'yes' })).toEqual(['classifier.weight', 'classifier.bias']);
  });
});

describe('buildModel refuses', () => {
  const build = (config: Record<string, unknown>, weights = golden.checkpoint.weights): LanguageModel =>
    buildModel(
      { ...golden.checkpoint, config: { ...golden.checkpoint.config, ...config }, weights },
      { type: 'masked-lm' },
    );

  it.each([
    ['an unsupported activation', { hidden_act: 'gelu_fast' }, /hidden_act.*"gelu".*"gelu_fast"/],
    ['relative positions', { position_embedding_type: 'relative_key' }, /position_embedding_type/],
    ['a decoder', { is_decoder: true }, /is_decoder/],
    ['a missing size', { hidden_size: undefined }, /hidden_size.*integer/],
    ['a fractional size', { num_hidden_layers: 1.5 }, /num_hidden_layers/],
    ['heads that do not divide the hidden size', { num_attention_heads: 3 }, /divisor of hidden_size 16/],
  ])('%s', (_, config, message) => {
    expect(() => build(config)).toThrow(
      expect.objectContaining({ code: 'MODEL_CONFIG', message: expect.stringMatching(message) }),
    );
  });

  it('tensors that are missing or of another shape', () => {
    expect(() => build({ vocab_size: 41 })).toThrow(/word_embeddings.*float32 \[41, 16\].*float32 \[40, 16\]/);
    expect(() => build({ num_hidden_layers: 3 })).toThrow(/encoder\.layer\.2.*no tensor of that name/);
  });

  it('another architecture, naming those there are', () => {
    expect(() => buildModel({ ...golden.checkpoint, modelType: 'mamba' }, { type: 'masked-lm' })).toThrow(
      expect.objectContaining({ code: 'MODEL_ARCHITECTURE', message: expect.stringMatching(/bert.*"mamba"/) }),
    );
  });
});
