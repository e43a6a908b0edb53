import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { float32, zeros, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { buildModel, loadCheckpoint, type Checkpoint, type LanguageModel } from '../src/index.js';
import {
  classification,
  goldenDecoder,
  logitsOf,
  mapped,
  meanNextTokenLoss,
  rowOf,
  tokenRows,
  withConfig,
  withWeights,
} from './golden-decoder.js';
import { largestDifference } from './load-golden.js';

/** float32 sums of the same terms in another order; PyTorch's own float32 run is off by 7e-7 of the largest logit. */
const TOLERANCE = 1e-5;

const golden = await goldenDecoder('llama-causal-lm');
const tied = await goldenDecoder('llama-tied-causal-lm');
const causalLm = (checkpoint: Checkpoint): LanguageModel => buildModel(checkpoint, { type: 'causal-lm' });
const stories = fileURLToPath(new URL('../../../../shared/assets/models/stories260K/', import.meta.url));

describe('Llama against the reference of a real checkpoint', () => {
  it.skipIf(!existsSync(stories))('stories260K (skipped where ../shared/assets is absent)', async () => {
    const reference = JSON.parse(await readFile(`${stories}reference.json`, 'utf8')) as {
      readonly input_ids: number[];
      readonly logits_at_position_0: number[];
      readonly mean_nll: number;
    };
    const logits = await logitsOf(causalLm(await loadCheckpoint(stories)), tokenRows([reference.input_ids], 0));
    const first = float32([512], rowOf(logits, 0));
    expect(largestDifference(first, float32([512], reference.logits_at_position_0))).toBeLessThan(TOLERANCE);
    expect(Math.abs(meanNextTokenLoss(logits, reference.input_ids) - reference.mean_nll)).toBeLessThan(TOLERANCE);
    // Its tokens are each the likeliest after those before it, as far as they were generated.
    const likeliest = reference.input_ids.map((_, position) => {
      const row = rowOf(logits, 0, position);
      return row.indexOf(Math.max(...row));
    });
    expect(likeliest.slice(0, -1)).toEqual(reference.input_ids.slice(1));
  });
});

async function expectGolden(checkpoint: Checkpoint, { inputs, logits } = golden): Promise<void> {
  expect(largestDifference(await logitsOf(causalLm(checkpoint), inputs), logits)).toBeLessThan(TOLERANCE);
}

describe('the names of a Llama checkpoint', () => {
  it('may lack the prefix, which leaves no lm_head to untied ones', async () => {
    const bare = withWeights(tied.checkpoint, (name, value) => [name.replace(/^model\./, ''), value]);
    await expectGolden(bare, tied);
  });

  it('may hold the frequencies that were saved as buffers', async () => {
    const buffer = ['model.layers.0.self_attn.rotary_emb.inv_freq', zeros('float32', [3])] as const;
    const checkpoint = { ...golden.checkpoint, weights: new Map([...golden.checkpoint.weights, buffer]) };
    await expectGolden(checkpoint);
    expect(causalLm(checkpoint).parameters).not.toContain(buffer[0]);
  });

  it('may hold the tied lm_head again, if it is the same', async () => {
    const table = tied.checkpoint.weights.get('model.embed_tokens.weight')!;
    const twice = (head: Tensor): Checkpoint => ({
      ...tied.checkpoint,
      weights: new Map([...tied.checkpoint.weights, ['lm_head.weight', head]]),
    });
    await expectGolden(twice(mapped(table, (element) => element)), tied);
    expect(() => causalLm(twice(mapped(table, (element) => -element)))).toThrow(
      expect.objectContaining({ code: 'MODEL_WEIGHTS', message: expect.stringMatching(/lm_head\.weight/) }),
    );
  });
});

describe('the rotary base', () => {
  it('is read where transformers 5 writes it', async () => {
    const fields = { rope_theta: undefined, rope_scaling: undefined };
    const parameters = { rope_type: 'default', rope_theta: 100 };
    await expectGolden(withConfig(golden.checkpoint, { ...fields, rope_parameters: parameters }));
  });

  it('matters, so reading another would be seen', async () => {
    const other = withConfig(golden.checkpoint, { rope_theta: 10_000 });
    const logits = await logitsOf(causalLm(other), golden.inputs);
    expect(largestDifference(logits, golden.logits)).toBeGreaterThan(0.01);
  });
});

describe('heads of keys and values', () => {
  it('that serve several of queries are as many equal ones', async () => {
    const { head_dim: size } = golden.checkpoint.config as { head_dim: number };
    const repeated = withWeights(golden.checkpoint, (name, value) => {
      if (!/\.[kv]_proj\./.test(name)) return [name, value];
      const data = Array.from({ length: 4 }, () => Array.from(value.data as Float32Array)).flat();
      return [name, float32([4 * size, value.dims[1]!], data)];
    });
    await expectGolden(withConfig(repeated, { num_key_value_heads: 4 }));
  });
});

describe('biases', () => {
  const layers = [0, 1];
  const value = (i: number): number => Math.sin(3 * i + 1);
  /** Biases of some layers, by the last part of their module's name, and zeros for the rest of `modules`. */
  const biased = (modules: Readonly<Record<string, Tensor>>): Checkpoint => ({
    ...golden.checkpoint,
    weights: new Map([
      ...golden.checkpoint.weights,
      ...layers.flatMap((layer) =>
        Object.entries(modules).map(([module, bias]) => [`model.layers.${layer}.${module}.bias`, bias] as const),
      ),
    ]),
  });
  const attention = { 'self_attn.q_proj': 24, 'self_attn.k_proj': 6, 'self_attn.v_proj': 6, 'self_attn.o_proj': 16 };
  const mlp = { 'mlp.gate_proj': 24, 'mlp.up_proj': 24, 'mlp.down_proj': 16 };
  const zeroBiases = (sizes: Readonly<Record<string, number>>): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(sizes).map(([module, size]) => [module, zeros('float32', [size])]));

  it('of attention and MLP are read where the configuration has them', async () => {
    const all = biased({ ...zeroBiases(attention), ...zeroBiases(mlp) });
    const config = { attention_bias: true, mlp_bias: true };
    await expectGolden(withConfig(all, config));
    expect(causalLm(withConfig(all, config)).parameters).toHaveLength(golden.checkpoint.weights.size + 14);
    expect(() => causalLm(withConfig(golden.checkpoint, config))).toThrow(/q_proj\.bias.*no tensor/);
  });

  it('of values come out as one of the output, for probabilities add up to 1', async () => {
    const ofValues = float32(
      [6],
      Array.from({ length: 6 }, (_, i) => value(i)),
    );
    // o_proj times the bias of the one head of values, as all four heads of queries read it.
    const outputs = layers.map((layer) => {
      const weight = golden.checkpoint.weights.get(`model.layers.${layer}.self_attn.o_proj.weight`)!
        .data as Float32Array;
      return float32(
        [16],
        Array.from({ length: 16 }, (_, row) =>
          Array.from({ length: 24 }, (_column, i) => weight[row * 24 + i]! * value(i % 6)).reduce((a, b) => a + b),
        ),
      );
    });
    const zeroes = zeroBiases(attention);
    const asValues = withConfig(biased({ ...zeroes, 'self_attn.v_proj': ofValues }), { attention_bias: true });
    const asOutputs = withWeights(withConfig(biased(zeroes), { attention_bias: true }), (name, bias) => {
      const layer = /layers\.(\d)\.self_attn\.o_proj\.bias/.exec(name)?.[1];
      return [name, layer === undefined ? bias : outputs[Number(layer)]!];
    });
    const [one, other] = [
      await logitsOf(causalLm(asValues), golden.inputs),
      await logitsOf(causalLm(asOutputs), golden.inputs),
    ];
    expect(largestDifference(one, other)).toBeLessThan(TOLERANCE);
    expect(largestDifference(one, golden.logits)).toBeGreaterThan(0.01);
  });

  it('of queries, keys and values make a Qwen 2', async () => {
    const { 'self_attn.o_proj': _, ...projections } = zeroBiases(attention);
    const qwen2 = withConfig(biased(projections), { model_type: 'qwen2' });
    await expectGolden(qwen2);
    expect(causalLm(qwen2).config['architectures']).toEqual(['Qwen2ForCausalLM']);
    expect(() => causalLm(withConfig(qwen2, { use_sliding_window: true }))).toThrow(/use_sliding_window/);
  });
});

describe('Mistral', () => {
  it('is a Llama where its window hides nothing, and refused where it does', async () => {
    const mistral = (window: number | null | undefined): Checkpoint =>
      withConfig(golden.checkpoint, { model_type: 'mistral', sliding_window: window });
    await expectGolden(mistral(null));
    await expectGolden(mistral(12));
    expect(() => causalLm(mistral(11))).toThrow(/sliding_window.*at least max_position_embeddings 12.*11/);
    // A missing field means 4096, which hides nothing from these twelve positions.
    await expectGolden(mistral(undefined));
    const long = withConfig(mistral(undefined), { max_position_embeddings: 32_768 });
    expect(() => causalLm(long)).toThrow(/sliding_window/);
    expect(buildModel(mistral(null), classification).config['architectures']).toEqual([
      'MistralForSequenceClassification',
    ]);
  });
});

describe('what a token of Llama sees', () => {
  const row = [3, 11, 5, 25, 11, 7, 2];

  it('is nothing after it: logits of a beginning are those of the whole', async () => {
    const model = causalLm(golden.checkpoint);
    const whole = await logitsOf(model, tokenRows([row], 0));
    for (let length = 1; length < row.length; length++) {
      const beginning = rowOf(await logitsOf(model, tokenRows([row.slice(0, length)], 0)), 0, length - 1);
      beginning.forEach((logit, i) =>
        expect(Math.abs(logit - rowOf(whole, 0, length - 1)[i]!)).toBeLessThan(TOLERANCE),
      );
    }
  });

  it('is its distance from others, not its position: padding in front changes nothing', async () => {
    const model = causalLm(golden.checkpoint);
    const alone = await logitsOf(model, tokenRows([row.slice(0, 4)], 0));
    const behind = await logitsOf(model, tokenRows([row, row.slice(0, 4)], 9, 'left'));
    for (let position = 0; position < 4; position++) {
      const shifted = rowOf(behind, 1, position + 3);
      rowOf(alone, 0, position).forEach((logit, i) => expect(Math.abs(logit - shifted[i]!)).toBeLessThan(TOLERANCE));
    }
  });
});

describe('Llama refuses', () => {
  it.each([
    ['scaled rotary frequencies', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, /rope_scaling.*llama3/],
    ['their older name', { rope_scaling: { type: 'linear', factor: 2 } }, /rope_scaling.*linear/],
    ['their newer place', { rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }, /rope_parameters.*yarn/],
    [
      'heads turned in part',
      { rope_parameters: { rope_type: 'default', rope_theta: 1e4, partial_rotary_factor: 0.5 } },
      /rope_parameters.*0\.5/,
    ],
    [
      'a base that is no number',
      { rope_parameters: { rope_type: 'default', rope_theta: 'x' } },
      /rope_parameters.*rope_theta/,
    ],
    ['other activations', { hidden_act: 'gelu' }, /hidden_act.*"silu"/],
    ['heads that do not divide', { num_key_value_heads: 3 }, /num_key_value_heads.*divisor of num_attention_heads 4/],
    ['odd heads', { head_dim: 5 }, /head_dim.*even/],
    [
      'hidden sizes that make no whole heads',
      { head_dim: undefined, num_attention_heads: 3, num_key_value_heads: 3 },
      /num_attention_heads.*16/,
    ],
  ])('%s', (_, fields, message) => {
    expect(() => causalLm(withConfig(golden.checkpoint, fields))).toThrow(
      expect.objectContaining({ code: 'MODEL_CONFIG', message: expect.stringMatching(message) }),
    );
  });
});
