// Caches of keys and values in the forms exporters give them; the export run with an empty one is the reference.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  decodeModel,
  encodeModel,
  float32,
  GraphBuilder,
  int,
  int64,
  ints,
  tensor,
  zeros,
  type Dimension,
  type Graph,
  type Model,
  type Node,
  type Tensor,
} from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../src/index.js';
import { refusal } from './refusal.js';

const HEADS = 2;
const SIZE = 8;
const WIDTH = HEADS * SIZE;
const VOCABULARY = 5;
const CONTRIB = 'com.microsoft';
const past: readonly Dimension[] = ['batch_size', HEADS, 'past_sequence_length', SIZE];

/** Numbers of no particular kind. */
const numbers = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) => Math.sin(i * i + dims[0]!)),
  );

/** What attention with a cache makes of queries, keys and values, `[batch, length, width]`: itself, and the present. */
type Attention = (
  b: GraphBuilder,
  heads: readonly string[],
) => { readonly attended: string; readonly present: string[] };

/** A decoder of one layer: embeddings, projections, attention with a cache, vocabulary. */
function decoder(attention: Attention): Model {
  const b = new GraphBuilder('decoder');
  const ids = b.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const hidden = b.op('Gather', [b.initializer('model.embed.weight', numbers(VOCABULARY, WIDTH)), ids]);
  const parts = ['q', 'k', 'v'].map((part) => {
    const weight = b.initializer(`model.layers.0.self_attn.${part}_proj.weight`, numbers(WIDTH, WIDTH));
    return b.op('MatMul', [hidden, b.op('Transpose', [weight], { perm: ints([1, 0]) })]);
  });
  const { attended, present } = attention(b, parts);
  const head = b.initializer('lm_head.weight', numbers(VOCABULARY, WIDTH));
  b.output(
    b.op('MatMul', [attended, b.op('Transpose', [head], { perm: ints([1, 0]) })]),
    'float32',
    undefined,
    'logits',
  );
  present.forEach((value, i) => b.output(value, 'float32', undefined, `present.${i}`));
  return exported(b.build());
}

const exported = (graph: Graph): Model => ({
  graph,
  opsets: new Map([
    ['', 18],
    [CONTRIB, 1],
  ]),
  irVersion: 9,
  producer: 'test',
  metadata: {},
});

const byHead = (b: GraphBuilder, x: string, perm: readonly number[] = [0, 2, 1, 3]): string =>
  b.op('Transpose', [b.op('Reshape', [x, b.integers([0, 0, HEADS, SIZE])])], { perm: ints(perm) });

/** softmax(QK + position of the first query)·V, merged; keys `[batch, heads, size, length]`. */
function attend(b: GraphBuilder, query: string, keys: string, values: string, pastLength: string): string {
  const shift = b.op('Cast', [pastLength], { to: int(1) });
  const scores = b.op('Add', [b.op('MatMul', [query, keys]), shift]);
  const context = b.op('MatMul', [b.op('Softmax', [scores], { axis: int(-1) }), values]);
  const merged = b.op('Transpose', [context], { perm: ints([0, 2, 1, 3]) });
  return b.op('Reshape', [merged, b.integers([0, 0, WIDTH])]);
}

const lengthOf = (b: GraphBuilder, value: string, axis: number): string =>
  b.op('Gather', [b.op('Shape', [value]), b.constant(int64([], [axis]))], { axis: int(0) });

const separate: Attention = (b, [q, k, v]) => {
  const [pastKey, pastValue] = ['key', 'value'].map((part) => b.input(`past_key_values.0.${part}`, 'float32', past));
  const keys = b.op('Concat', [pastKey!, byHead(b, k!)], { axis: int(2) });
  const values = b.op('Concat', [pastValue!, byHead(b, v!)], { axis: int(-2) });
  const transposed = b.op('Transpose', [keys], { perm: ints([0, 1, 3, 2]) });
  return { attended: attend(b, byHead(b, q!), transposed, values, lengthOf(b, pastKey!, 2)), present: [keys, values] };
};

const packed: Attention = (b, [q, k, v]) => {
  const both = b.input('past_0', 'float32', [2, ...past]);
  const part = (index: number): string => b.op('Gather', [both, b.constant(int64([], [index]))], { axis: int(0) });
  const keys = b.op('Concat', [part(0), byHead(b, k!)], { axis: int(2) });
  const values = b.op('Concat', [part(1), byHead(b, v!)], { axis: int(2) });
  const present = b.op(
    'Concat',
    [keys, values].map((value) => b.op('Unsqueeze', [value, b.integers([0])])),
    { axis: int(0) },
  );
  const transposed = b.op('Transpose', [keys], { perm: ints([0, 1, 3, 2]) });
  return { attended: attend(b, byHead(b, q!), transposed, values, lengthOf(b, both, 3)), present: [present] };
};

/** Split and Squeeze in place of Gather; keys are kept transposed, as Bloom keeps them. */
const transposed: Attention = (b, [q, k, v]) => {
  const pastKeys = b.input('past_key_0', 'float32', ['batch_size', HEADS, SIZE, 'past']);
  const [pastValues = ''] = b.ops('Split', [b.input('past_value_0', 'float32', [1, ...past]), b.integers([1])], 1);
  const keys = b.op('Concat', [pastKeys, byHead(b, k!, [0, 2, 3, 1])], { axis: int(3) });
  const before = b.op('Squeeze', [pastValues, b.integers([0])]);
  const values = b.op('Concat', [before, byHead(b, v!)], { axis: int(2) });
  const pastLength = b.op('Squeeze', [b.op('Shape', [pastKeys], { start: int(3) })]);
  return { attended: attend(b, byHead(b, q!), keys, values, pastLength), present: [keys, values] };
};

const fused =
  (
    opType: string,
    inputs: (past: readonly string[], b: GraphBuilder) => readonly string[],
    attributes: Node['attributes'],
  ): Attention =>
  (b, heads) => {
    const states = ['key', 'value'].map((part) => b.input(`past_key_values.0.${part}`, 'float32', past));
    const outputs = ['attended', 'present_key', 'present_value'];
    b.append({ name: opType, opType, domain: CONTRIB, inputs: [...heads, ...inputs(states, b)], outputs, attributes });
    return { attended: 'attended', present: outputs.slice(1) };
  };

const multiHead = fused('MultiHeadAttention', (states) => ['', '', '', ...states], { num_heads: int(HEADS) });

const groupQuery = fused(
  'GroupQueryAttention',
  (states, b) => {
    const lengths = { dataType: 'int32', dims: [2], data: Int32Array.of(2, 2) } as const;
    return [...states, b.constant(lengths), b.constant({ dataType: 'int32', dims: [], data: Int32Array.of(3) })];
  },
  { num_heads: int(HEADS), kv_num_heads: int(HEADS) },
);

/** A merged decoder: one branch reads the cache, the other does not. */
const merged: Attention = (b, [q, k, v]) => {
  const states = ['key', 'value'].map((part) => b.input(`past_key_values.0.${part}`, 'float32', past));
  const branch = (name: string, joined: boolean): Graph => {
    const inner = new GraphBuilder(name);
    for (const value of [q!, k!, v!, ...states]) inner.declare({ name: value });
    const emit = (): void => {
      const join = (state: string, x: string): string =>
        joined ? inner.op('Concat', [state, x], { axis: int(2) }) : inner.op('Identity', [x]);
      const keys = join(states[0]!, byHead(inner, k!));
      const values = join(states[1]!, byHead(inner, v!));
      const pastLength = joined ? lengthOf(inner, states[0]!, 2) : inner.constant(int64([], [0]));
      const turned = inner.op('Transpose', [keys], { perm: ints([0, 1, 3, 2]) });
      const attended = attend(inner, byHead(inner, q!), turned, values, pastLength);
      for (const value of [attended, keys, values]) inner.declareOutput({ name: value, dataType: 'float32' });
    };
    inner.scope(name, emit);
    return { ...inner.build(), inputs: [] };
  };
  b.append({
    name: 'optimum::if',
    opType: 'If',
    domain: '',
    inputs: [b.input('use_cache_branch', 'bool', [1])],
    outputs: ['attended', 'keys', 'values'],
    attributes: {
      then_branch: { type: 'graph', value: branch('with', true) },
      else_branch: { type: 'graph', value: branch('without', false) },
    },
  });
  return { attended: 'attended', present: ['keys', 'values'] };
};

const tokens = int64([2, 3], [1, 4, 2, 0, 3, 1]);

async function logitsOf(source: Graph | Model, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const session = await Session.create(source);
  const { logits } = await session.run(inputs);
  await session.release();
  return logits!;
}

function withEmptyCache(model: Model): Record<string, Tensor> {
  return Object.fromEntries(
    model.graph.inputs.map(({ name, dataType, dims }) => {
      if (name === 'input_ids') return [name, tokens];
      if (dataType === 'bool') return [name, tensor('bool', [1], Uint8Array.of(0))];
      return [
        name,
        zeros(
          'float32',
          dims!.map((dim) => (typeof dim === 'number' ? dim : dim === 'batch_size' ? 2 : 0)),
        ),
      ];
    }),
  );
}

describe('a cache', () => {
  it.each(Object.entries({ separate, packed, transposed, multiHead, groupQuery, merged }))(
    '%s: is gone, and the logits are those of an empty one',
    async (_form, attention) => {
      const model = decoder(attention);
      const expected = await logitsOf(model, withEmptyCache(model));
      const imported = await fromOnnx(encodeModel(model));
      expect(imported.inputs).toEqual(['input_ids']);
      expect(imported.graph.outputs.map(({ name }) => name)).toEqual(['logits']);
      expect(imported.parameters).toHaveLength(5);
      expect(imported.graph.nodes.flatMap(({ inputs }) => inputs).filter((name) => name.includes('past'))).toEqual([]);
      expect(imported.graph.nodes.filter(({ opType }) => opType === 'If')).toEqual([]);
      const received = await logitsOf(imported.graph, { input_ids: tokens });
      expect(received.dims).toEqual(expected.dims);
      // The same float32 operations, but where the fused operator sums in another order.
      expected.data.forEach((value: number | bigint, i: number) =>
        expect(Number(received.data[i])).toBeCloseTo(Number(value), 5),
      );
    },
  );

  it('that no output reads is gone with its outputs', async () => {
    const model = decoder((b, [q, , v]) => {
      const state = b.input('past_key_values.0.value', 'float32', past);
      return { attended: b.op('Add', [q!, v!]), present: [b.op('Concat', [state, byHead(b, v!)], { axis: int(2) })] };
    });
    expect((await fromOnnx(encodeModel(model))).inputs).toEqual(['input_ids']);
  });
});

describe('refused, with the export that avoids it:', () => {
  const refused = async (attention: Attention): Promise<string> => {
    const error = await refusal(() => fromOnnx(encodeModel(decoder(attention))));
    expect(error.code).toBe('IMPORT_CACHE');
    expect(error.message).toContain('-with-past');
    return error.message;
  };

  it('keys that come from the cache alone, as a decoder has its encoder’s', async () => {
    const message = await refused((b, [q, , v]) => {
      const state = b.input('past_key_values.0.encoder.key', 'float32', ['batch_size', HEADS, 'encoder_length', SIZE]);
      const keys = b.op('Transpose', [state], { perm: ints([0, 1, 3, 2]) });
      return { attended: attend(b, byHead(b, q!), keys, byHead(b, v!), lengthOf(b, state, 2)), present: [] };
    });
    expect(message).toContain('a past that MatMul reads');
  });

  it('a past of fixed length', async () => {
    const message = await refused((b, [q, k]) => {
      const state = b.input('past_0', 'float32', ['batch_size', HEADS, 4, SIZE]);
      return { present: [], ...useOf(b, b.op('Concat', [state, byHead(b, k!)], { axis: int(2) }), q!) };
    });
    expect(message).toContain('[batch_size, 2, 4, 8]');
  });

  it('a past joined along another axis', async () => {
    const message = await refused((b, [q, k]) => {
      const state = b.input('past_0', 'float32', past);
      return { present: [], ...useOf(b, b.op('Concat', [state, byHead(b, k!)], { axis: int(1) }), q!) };
    });
    expect(message).toContain('a past that Concat reads');
  });
});

it('an export of a cache alone has no logits', async () => {
  const b = new GraphBuilder('prefill');
  const state = b.input('past_0', 'float32', past);
  b.output(b.op('Neg', [state]), 'float32', undefined, 'present_0');
  expect((await refusal(() => fromOnnx(encodeModel(exported(b.build()))))).code).toBe('IMPORT_OUTPUTS');
});

it('real exports compute with an empty cache what is computed without', async () => {
  const file = fileURLToPath(
    new URL('../../../test/golden/llama-tied-causal-lm/causal-lm-with-past.opset16.onnx', import.meta.url),
  );
  const model = decodeModel(readFileSync(file));
  const shared = { input_ids: tokens, attention_mask: int64([2, 3], [1, 1, 1, 1, 1, 0]) };
  const feeds = { ...withEmptyCache(model), ...shared, position_ids: int64([2, 3], [0, 1, 2, 0, 1, 2]) };
  const expected = await logitsOf(model, feeds);
  const received = await logitsOf((await fromOnnx(file)).graph, shared);
  expected.data.forEach((value: number | bigint, i: number) =>
    expect(Number(received.data[i])).toBeCloseTo(Number(value), 5),
  );
});

/** Something for the logits to be computed from that reads a value. */
function useOf(b: GraphBuilder, value: string, like: string): { readonly attended: string } {
  const sum = b.op('ReduceSum', [value], { keepdims: int(0) });
  return { attended: b.op('Add', [like, sum]) };
}
