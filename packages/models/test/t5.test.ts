import { int64, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { buildModel, initialiseModel, type Checkpoint, type LanguageModel } from '../src/index.js';
import {
  classification,
  goldenDecoder,
  logitsOf,
  mapped,
  rowOf,
  tokenRows,
  withConfig,
  withWeights,
} from './golden-decoder.js';
import { largestDifference } from './load-golden.js';

/** float32 sums of the same terms in another order; PyTorch's own float32 run is off by 7e-7 of the largest logit. */
const TOLERANCE = 1e-5;

const tied = await goldenDecoder('t5-seq2seq-lm');
const untied = await goldenDecoder('t5-v1_1-seq2seq-lm');
const classifier = await goldenDecoder('t5-classification');
const seq2SeqLm = (checkpoint: Checkpoint): LanguageModel => buildModel(checkpoint, { type: 'seq2seq-lm' });

describe('the names of a T5 checkpoint', () => {
  const table = tied.checkpoint.weights.get('shared.weight')!;
  const copies = ['encoder.embed_tokens.weight', 'decoder.embed_tokens.weight', 'lm_head.weight'];
  const expectGolden = async (checkpoint: Checkpoint): Promise<void> => {
    const model = seq2SeqLm(checkpoint);
    expect(model.parameters.toSorted()).toEqual([...tied.checkpoint.weights.keys()].toSorted());
    expect(largestDifference(await logitsOf(model, tied.inputs), tied.logits)).toBeLessThan(TOLERANCE);
  };

  it('may give the shared table under all of its names, or under another than its own', async () => {
    const all = copies.map((name): [string, Tensor] => [name, mapped(table, (element) => element)]);
    await expectGolden({ ...tied.checkpoint, weights: new Map([...tied.checkpoint.weights, ...all]) });
    await expectGolden(
      withWeights(tied.checkpoint, (name, value) => [name.replace(/^shared/, 'encoder.embed_tokens'), value]),
    );
  });

  it.each(copies)('may not give another table as %s', (name) => {
    const other = mapped(table, (element) => -element);
    const weights = new Map([...tied.checkpoint.weights, [name, other] as const]);
    expect(() => seq2SeqLm({ ...tied.checkpoint, weights })).toThrow(
      expect.objectContaining({ code: 'MODEL_WEIGHTS', message: expect.stringContaining(name) }),
    );
  });

  it('begin with transformer. in a classifier, which takes those of a language model, and the other way round', () => {
    const fromLanguageModel = buildModel(tied.checkpoint, classification);
    expect(fromLanguageModel.initialised).toEqual([
      'classification_head.dense.weight',
      'classification_head.dense.bias',
      'classification_head.out_proj.weight',
      'classification_head.out_proj.bias',
    ]);
    expect(fromLanguageModel.basePrefix).toBe('transformer.');
    const base = fromLanguageModel.parameters.filter((name) => name.startsWith(fromLanguageModel.basePrefix));
    expect(base.map((name) => name.slice('transformer.'.length)).toSorted()).toEqual(
      [...tied.checkpoint.weights.keys()].toSorted(),
    );
    const fromClassifier = seq2SeqLm(classifier.checkpoint);
    expect(fromClassifier.initialised).toEqual([]);
    expect(fromClassifier.parameters).toContain('shared.weight');
  });

  it('need an lm_head where it is not tied', () => {
    const headless = withWeights(untied.checkpoint, (name, value) =>
      name.startsWith('lm_head') ? undefined : [name, value],
    );
    expect(() => seq2SeqLm(headless)).toThrow(/lm_head\.weight.*no tensor of that name/);
  });
});

describe('the configuration of a T5', () => {
  it('may be what transformers 5 writes: always tied, and whether the decoder is scaled in a field of its own', async () => {
    for (const [golden, scaled] of [
      [tied, true],
      [untied, false],
    ] as const) {
      const fields = { tie_word_embeddings: true, scale_decoder_outputs: scaled };
      const logits = await logitsOf(seq2SeqLm(withConfig(golden.checkpoint, fields)), golden.inputs);
      expect(largestDifference(logits, golden.logits)).toBeLessThan(TOLERANCE);
    }
  });

  it('gives its inputs the length of training where it names none', () => {
    expect(seq2SeqLm(withConfig(tied.checkpoint, { n_positions: undefined })).maxLength).toBe(512);
    expect(seq2SeqLm(withConfig(tied.checkpoint, { n_positions: 100 })).maxLength).toBe(100);
  });
});

describe('what a decoder position of T5 sees', () => {
  it('is no later one: logits of a beginning are those of the whole, and all of the encoder', async () => {
    const model = seq2SeqLm(tied.checkpoint);
    const source = tokenRows([[3, 39, 5, 25, 1]], 0);
    const target = [0, 9, 11, 7, 38, 25, 11, 1, 4, 5, 6, 12, 13];
    const logitsAfter = (ids: readonly number[], encoder = source): Promise<Tensor> =>
      logitsOf(model, { ...encoder, decoder_input_ids: int64([1, ids.length], ids) });
    const whole = await logitsAfter(target);
    for (const length of [1, 2, 5, 12]) {
      const row = rowOf(await logitsAfter(target.slice(0, length)), 0, length - 1);
      row.forEach((logit, i) => expect(Math.abs(logit - rowOf(whole, 0, length - 1)[i]!)).toBeLessThan(TOLERANCE));
    }
    const otherSource = await logitsAfter(target, tokenRows([[3, 39, 5, 26, 1]], 0));
    expect(rowOf(otherSource, 0)).not.toEqual(rowOf(whole, 0));
  });

  it('is no padding of the encoder', async () => {
    const model = seq2SeqLm(untied.checkpoint);
    const decoder = { decoder_input_ids: int64([2, 2], [0, 5, 0, 5]) };
    const rows = [
      [3, 39, 5, 25, 1],
      [4, 38, 1],
    ];
    const [zeroes, nines] = await Promise.all(
      [0, 9].map((padding) => logitsOf(model, { ...tokenRows(rows, padding), ...decoder })),
    );
    expect(zeroes).toEqual(nines);
  });
});

describe('where the classifier of T5 reads', () => {
  const model = buildModel(classifier.checkpoint, classification);
  const EOS = 1;
  const close = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((element, i) => Math.abs(element - b[i]!) < TOLERANCE);

  it("is each row's last end of sequence, however many there are", async () => {
    const rows = [
      [3, EOS, 25, EOS, 7],
      [4, 38, EOS],
      [8, EOS, 25, 9, 6],
    ];
    const logits = await logitsOf(model, tokenRows(rows, 0));
    // The decoder sees nothing after the token; the encoder does, so the row's end can change only within padding.
    const alone = await logitsOf(model, tokenRows([rows[1]!], 0));
    expect(close(rowOf(logits, 1), rowOf(alone, 0))).toBe(true);
    for (const [i, row] of rows.entries()) {
      const single = rowOf(await logitsOf(model, tokenRows([row], 0)), 0);
      expect(close(rowOf(logits, i), single)).toBe(true);
    }
  });

  it('is the last token of a row without any', async () => {
    const cut = [4, 38, 9];
    const [without, withEnd] = [
      await logitsOf(model, tokenRows([cut, [3, 5, 6, 7, EOS]], 0)),
      // The same row read where 9 is the end of sequence.
      await logitsOf(
        buildModel(withConfig(classifier.checkpoint, { eos_token_id: 9 }), classification),
        tokenRows([cut], 0),
      ),
    ];
    expect(close(rowOf(without!, 0), rowOf(withEnd!, 0))).toBe(true);
  });
});

describe('a new T5', () => {
  it('begins with the deviations of its authors, which stand in for scores divided by √d_kv', () => {
    const { graph } = initialiseModel(
      {
        ...untied.checkpoint.config,
        model_type: 't5',
        d_model: 64,
        d_ff: 256,
        vocab_size: 100,
        initializer_factor: 0.5,
      },
      { type: 'seq2seq-lm' },
      7,
    );
    const expected = {
      'shared.weight': 0.5,
      'lm_head.weight': 0.5,
      'encoder.block.0.layer.0.SelfAttention.q.weight': 0.5 * (64 * 6) ** -0.5,
      'encoder.block.0.layer.0.SelfAttention.k.weight': 0.5 * 64 ** -0.5,
      'decoder.block.0.layer.1.EncDecAttention.o.weight': 0.5 * (3 * 6) ** -0.5,
      'decoder.block.0.layer.2.DenseReluDense.wi_0.weight': 0.5 * 64 ** -0.5,
      'decoder.block.0.layer.2.DenseReluDense.wo.weight': 0.5 * 256 ** -0.5,
    };
    for (const [name, deviation] of Object.entries(expected)) {
      const data = graph.initializers.get(name)!.data as Float32Array;
      const drawn = Math.sqrt(data.reduce((sum, element) => sum + element ** 2, 0) / data.length);
      // 1152 draws and more: a sample deviation is within 10 % of its own but once in 10⁶ times.
      expect(Math.abs(drawn / deviation - 1), name).toBeLessThan(0.1);
    }
  });
});

describe('T5 refuses', () => {
  it.each([
    ['other gated activations', { feed_forward_proj: 'gated-silu' }, /feed_forward_proj.*"gated-gelu".*"gated-silu"/],
    ['an encoder alone', { is_encoder_decoder: false }, /is_encoder_decoder/],
    ['too few buckets', { relative_attention_num_buckets: 2 }, /relative_attention_num_buckets.*at least 4/],
    ['distances that need no wide buckets', { relative_attention_max_distance: 4 }, /max_distance.*more than 4/],
    ['an end of sequence outside the vocabulary', { eos_token_id: 40 }, /eos_token_id.*\[0, 40\)/],
  ])('%s', (_, fields, message) => {
    expect(() => seq2SeqLm(withConfig(tied.checkpoint, fields))).toThrow(
      expect.objectContaining({ code: 'MODEL_CONFIG', message: expect.stringMatching(message) }),
    );
  });
});
