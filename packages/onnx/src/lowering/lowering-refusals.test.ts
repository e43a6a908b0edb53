// What cannot be lowered is refused by name, with what to do.
import { expect, test } from 'vitest';
import { float, int, ints, string } from '../attributes.js';
import type { Attribute, Model, ValueInfo } from '../graph.js';
import { modelOf } from '../graph.js';
import type { DataType } from '../tensor.js';
import { refusal } from '../../test/refusal.js';
import { lowerModel } from './lower-model.js';
import { quantised } from './operators/quantised.js';

/** A model of one node that reads inputs of these types; null is an omitted input. */
function modelWith(
  key: string,
  opset: number,
  inputs: readonly (readonly [DataType | undefined, number | undefined] | null)[],
  attributes: Readonly<Record<string, Attribute>> = {},
  outputs: readonly string[] = ['y'],
): Model {
  const infos = inputs.map((input, index): ValueInfo | undefined => {
    if (input === null) return undefined;
    const [dataType, rank] = input;
    return {
      name: `in${index}`,
      ...(dataType && { dataType }),
      ...(rank !== undefined && { dims: Array.from({ length: rank }, (_, axis) => `d${axis}`) }),
    };
  });
  const node = {
    name: 'the-node',
    opType: key.slice(key.lastIndexOf('.') + 1),
    domain: key.includes('.') ? key.slice(0, key.lastIndexOf('.')) : '',
    inputs: infos.map((info) => info?.name ?? ''),
    outputs,
    attributes,
  };
  const graph = {
    name: 'g',
    inputs: infos.filter((info) => info !== undefined),
    outputs: outputs.filter((name) => name !== '').map((name) => ({ name })),
    nodes: [node],
    initializers: new Map(),
  };
  return {
    ...modelOf(graph),
    opsets: new Map([
      ['', opset],
      ['com.microsoft', 1],
    ]),
  };
}

type Refused = readonly [string, Model, RegExp];
const f = (rank?: number): readonly ['float32', number | undefined] => ['float32', rank];
const i = (rank?: number): readonly ['int32', number | undefined] => ['int32', rank];
const refused = (title: string, message: RegExp, ...model: Parameters<typeof modelWith>): Refused => [
  title,
  modelWith(...model),
  message,
];
const heads = { num_heads: int(2) };
const groups = { num_heads: int(4), kv_num_heads: int(2) };
const qkv = [f(3), f(3), f(3)];

const cases: readonly Refused[] = [
  refused('a wrapping Pad', /'wrap'/, 'Pad', 19, [f(2), ['int64', 1]], { mode: string('wrap') }),
  refused('a cast to an 8-bit float', /number 17/, 'Cast', 19, [f(2)], { to: int(17) }),
  refused('a cast to nothing', /number 0/, 'Cast', 19, [f(2)]),
  refused('booleans to reduce', /booleans/, 'ReduceMax', 20, [['bool', 2]]),
  refused('dilated pooling', /dilations/, 'AveragePool', 19, [f(4)], { dilations: ints([2, 2]) }),
  refused('a trained BatchNormalization', /evaluation mode/, 'BatchNormalization', 13, [f(3)], {}, ['y', 'mean']),
  refused('DFT of opset 20', /axis as an attribute/, 'DFT', 20, [f(3)]),
  refused('GroupNormalization of opset 21', /per group/, 'GroupNormalization', 21, [f(3), f(1), f(1)]),
  ...['AffineGrid', 'DeformConv', 'ImageDecoder', 'RegexFullMatch', 'StringConcat', 'StringSplit'].map((opType) =>
    refused(opType, /newer and is not decomposed/, opType, 20, [f(3)]),
  ),
  refused('an unknown Gelu', /'quick'/, 'Gelu', 20, [f(2)], { approximate: string('quick') }),
  refused('half floats', /float16.*float32/, 'Gelu', 20, [['float16', 2]]),
  refused('no input', /an input 0/, 'com.microsoft.QuickGelu', 17, []),
  refused('inv_std_var of an RMS norm', /'inv_std_var'/, 'SimplifiedLayerNormalization', 17, [f(3), f(1)], {}, [
    'y',
    's',
  ]),
  refused('an axis of an unknown rank', /known rank/, 'RMSNormalization', 23, [f(), f(1)], { axis: int(1) }),
  refused('the mean of a skip norm', /'mean'/, 'com.microsoft.SkipLayerNormalization', 17, [f(3), f(3), f(1)], {}, [
    'y',
    'm',
  ]),
  refused('a transpose of unknown rank', /unknown rank/, 'com.microsoft.FusedMatMul', 17, [f(), f(2)], {
    transA: int(1),
  }),
  refused('a transposed vector', /rank 1/, 'com.microsoft.FusedMatMul', 17, [f(2), f(1)], { transB: int(1) }),
  refused('an unknown activation', /'Elu'/, 'com.microsoft.FusedGemm', 17, [f(2), f(2)], { activation: string('Elu') }),
  refused('a softmax over more axes', /axis 1 of a value of rank 3/, 'com.microsoft.BiasSoftmax', 17, [f(3), f(3)]),
  refused('a scaled rotation', /scale 1/, 'com.microsoft.RotaryEmbedding', 17, qkv, { scale: float(2) }),
  refused('packed rotation', /packed batching/, 'com.microsoft.RotaryEmbedding', 17, qkv, {
    is_packed_batching: int(1),
  }),
  refused('positions of unknown rank', /'in1' to be of rank 1 or 2/, 'com.microsoft.RotaryEmbedding', 17, [
    f(3),
    i(),
    f(2),
    f(2),
  ]),
  refused('a rotation of unknown rank', /'in0' to be of rank 3 or 4/, 'RotaryEmbedding', 23, [f(), f(3), f(3)]),
  refused('a rotation of unknown heads', /num_heads/, 'RotaryEmbedding', 23, [f(3), f(3), f(3)]),
  refused('queries of unknown rank', /rank 3 or 4/, 'Attention', 23, [f(), f(), f()], { q_num_heads: int(2) }),
  refused('queries of rank 2', /rank 2/, 'Attention', 23, [f(2), f(2), f(2)]),
  refused('merged heads without their number', /'q_num_heads'/, 'Attention', 23, qkv),
  refused('heads that do not divide', /3 and 2/, 'Attention', 23, qkv, { q_num_heads: int(3), kv_num_heads: int(2) }),
  refused('a softmax in half precision', /softmax_precision 10/, 'Attention', 23, qkv, { softmax_precision: int(10) }),
  refused(
    'an unknown step',
    /from 0 to 3, received 4/,
    'Attention',
    23,
    [f(4), f(4), f(4)],
    { qk_matmul_output_mode: int(4) },
    ['y', '', '', 's'],
  ),
  refused('rotation within Attention', /'do_rotary'/, 'com.microsoft.Attention', 17, [f(3), f(2), f(1)], {
    ...heads,
    do_rotary: int(1),
  }),
  refused('a shared buffer', /past_present_share_buffer/, 'com.microsoft.Attention', 17, [f(3), f(2), f(1)], {
    ...heads,
    past_present_share_buffer: int(1),
  }),
  refused('a mask of rank 4', /rank 4/, 'com.microsoft.Attention', 17, [f(3), f(2), f(1), i(4)], heads),
  refused('a mask of unknown rank', /options\.types/, 'com.microsoft.Attention', 17, [f(3), f(2), f(1), i()], heads),
  refused('no number of heads', /'num_heads'/, 'com.microsoft.Attention', 17, [f(3), f(2), f(1)]),
  refused('packed keys and values', /three inputs/, 'com.microsoft.MultiHeadAttention', 17, [f(3), f(5), null], heads),
  refused('scores as an output', /'qk'/, 'com.microsoft.MultiHeadAttention', 17, qkv, heads, ['y', '', '', 'qk']),
  refused(
    'keys of unknown rank',
    /'in1' to be of rank 3 or 4/,
    'com.microsoft.MultiHeadAttention',
    17,
    [f(3), f(), f(3)],
    heads,
  ),
  refused(
    'a bias of unknown parts',
    /sizes of the bias/,
    'com.microsoft.MultiHeadAttention',
    17,
    [...qkv, f(1)],
    heads,
  ),
  refused(
    'a shared buffer of MultiHeadAttention',
    /shared buffer/,
    'com.microsoft.MultiHeadAttention',
    17,
    [...qkv, null, null, null, f(4), f(4), i(1)],
    heads,
  ),
  refused(
    'past keys of grouped queries',
    /past keys/,
    'com.microsoft.GroupQueryAttention',
    17,
    [...qkv, f(4), f(4)],
    groups,
  ),
  refused(
    'positions of grouped queries',
    /position_ids/,
    'com.microsoft.GroupQueryAttention',
    17,
    [...qkv, null, null, i(1), i(0), f(2), f(2), ['int64', 2]],
    groups,
  ),
  refused(
    'a head sink',
    /head sink/,
    'com.microsoft.GroupQueryAttention',
    17,
    [...qkv, ...Array.from({ length: 8 }, () => null), f(1)],
    groups,
  ),
  ...[{ smooth_softmax: int(1) }, { causal: int(0) }, { qk_output: int(1) }].map((attribute) =>
    refused(
      `GroupQueryAttention with ${Object.keys(attribute).join()}`,
      new RegExp(Object.keys(attribute)[0]!),
      'com.microsoft.GroupQueryAttention',
      17,
      qkv,
      { ...groups, ...attribute },
    ),
  ),
  ...[...quantised.keys()].map((key) => refused(`quantised ${key}`, /export the model in float32/i, key, 17, [f(2)])),
];

test.each(cases)('%s', (_, model, message) => {
  const error = refusal(() => lowerModel(model));
  expect(error.code).toBe('ONNX_LOWERING');
  const node = model.graph.nodes[0]!;
  expect(error.message).toContain("node 'the-node'");
  expect(error.message).toContain(
    `operator ${node.domain === '' ? '' : 'com.microsoft.'}${node.opType}, domain ${node.domain || 'ai.onnx'}, opset `,
  );
  expect(error.message).toMatch(message);
});

test.each([12, 24, 1])('opset %i', (opset) => {
  const error = refusal(() => lowerModel(modelWith('Relu', opset, [f(2)])));
  expect(error.code).toBe('ONNX_LOWERING');
  expect(error.message).toMatch(
    new RegExp(`expected a version from 13 to 23, received ${opset}\\. Export the model at opset 18`),
  );
});

test('no ai.onnx, or another version of com.microsoft', () => {
  const model = modelWith('Relu', 18, [f(2)]);
  expect(refusal(() => lowerModel({ ...model, opsets: new Map() })).message).toMatch(/received none/);
  const opsets = new Map([
    ['', 18],
    ['com.microsoft', 2],
  ]);
  expect(refusal(() => lowerModel({ ...model, opsets })).message).toMatch(
    /com\.microsoft: expected version 1, received 2/,
  );
});
