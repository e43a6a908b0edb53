import { float, float32, int, ints } from '../../src/index.js';
import { bools, fed, int32s, normals, weight, type CaseInput, type LoweringCase } from './lowering-case.js';

const standard = (title: string, parts: Partial<LoweringCase>): LoweringCase => ({
  title: `Attention-23 ${title}`,
  key: 'Attention',
  opset: 23,
  inputs: [],
  ...parts,
});

const omitted = (count: number): undefined[] => Array.from({ length: count }, () => undefined);
const byHead = (name: string, heads: number, length: number, shape: CaseInput['shape'] = 'dynamic'): CaseInput =>
  fed(normals(name, 2, heads, length, 4), shape);
const merged = (name: string, heads: number, length: number): CaseInput => fed(normals(name, 2, length, heads * 4));
const own = [byHead('q', 2, 3), byHead('k', 2, 3), byHead('v', 2, 3)];
const twoHeads = { q_num_heads: int(2), kv_num_heads: int(2) };

const standardCases: readonly LoweringCase[] = [
  standard('plain', { inputs: own }),
  standard('with a scale', { inputs: own, attributes: { scale: float(0.3) } }),
  standard('causal', { inputs: own, attributes: { is_causal: int(1) } }),
  standard('causal, more keys than queries', {
    inputs: [byHead('q', 2, 2), byHead('k', 2, 4), byHead('v', 2, 4)],
    attributes: { is_causal: int(1) },
  }),
  standard('merged heads', {
    inputs: [merged('q', 2, 3), merged('k', 2, 5), fed(normals('v', 2, 5, 6))],
    attributes: twoHeads,
  }),
  standard('grouped queries, merged heads, causal', {
    inputs: [merged('q', 4, 3), merged('k', 2, 3), merged('v', 2, 3)],
    attributes: { q_num_heads: int(4), kv_num_heads: int(2), is_causal: int(1) },
  }),
  standard('grouped queries, numbers of heads known', {
    inputs: [byHead('q', 4, 3, 'known'), byHead('k', 2, 3, 'known'), byHead('v', 2, 3, 'known')],
  }),
  standard('grouped queries, numbers of heads as attributes', {
    inputs: [byHead('q', 4, 3), byHead('k', 2, 3), byHead('v', 2, 3)],
    attributes: { q_num_heads: int(4), kv_num_heads: int(2) },
  }),
  standard('grouped queries, numbers of heads at run time only', {
    inputs: [byHead('q', 4, 3), byHead('k', 2, 3), byHead('v', 2, 3)],
  }),
  standard('inputs of unknown shape', {
    inputs: [byHead('q', 4, 3, 'none'), byHead('k', 2, 3, 'none'), byHead('v', 2, 3, 'none')],
    attributes: { is_causal: int(1) },
  }),
  standard('with a boolean mask', { inputs: [...own, fed(bools([3, 3], 1, 0, 1, 1, 1, 0, 0, 0, 1))] }),
  standard('with a boolean mask that hides all keys of a query', {
    inputs: [...own, fed(bools([3, 3], 1, 0, 1, 0, 0, 0, 0, 0, 1))],
  }),
  ...[Number.NEGATIVE_INFINITY, -3.4028234663852886e38].map((lowest) =>
    standard(`with ${lowest} in an additive mask, causal, and the probabilities`, {
      inputs: [...own, fed(float32([3, 3], [0.5, lowest, 1, lowest, lowest, 2, 0, 0, lowest]))],
      attributes: { is_causal: int(1), qk_matmul_output_mode: int(3) },
      outputs: ['result', null, null, 'scores'],
    }),
  ),
  standard('with a boolean mask per example', {
    inputs: [...own, fed(bools([2, 1, 3, 3], 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1))],
    attributes: { is_causal: int(1) },
  }),
  standard('with an additive mask', { inputs: [...own, fed(normals('mask', 2, 2, 3, 3))] }),
  standard('with an additive mask, causal', {
    inputs: [...own, fed(normals('mask', 3, 3))],
    attributes: { is_causal: int(1) },
  }),
  standard('with a softcap', { inputs: own, attributes: { softcap: float(0.7) } }),
  standard('with a softcap and a mask', {
    inputs: [...own, fed(normals('mask', 3, 3))],
    attributes: { softcap: float(0.7) },
  }),
  standard('with past keys and values', {
    inputs: [...own, undefined, fed(normals('pk', 2, 2, 2, 4)), fed(normals('pv', 2, 2, 2, 4))],
    attributes: { is_causal: int(1) },
    outputs: ['result', 'present_key', 'present_value'],
  }),
  standard('with present keys and values', {
    inputs: [merged('q', 2, 3), merged('k', 2, 3), merged('v', 2, 3)],
    attributes: twoHeads,
    outputs: ['result', 'present_key', 'present_value'],
  }),
  ...[0, 1, 2, 3].map((mode) =>
    standard(`scores at step ${mode}`, {
      inputs: [...own, fed(normals('mask', 3, 3))],
      attributes: { softcap: float(0.7), qk_matmul_output_mode: int(mode) },
      outputs: ['result', null, null, 'scores'],
    }),
  ),
];

const packed = (title: string, parts: Partial<LoweringCase>): LoweringCase => ({
  title: `com.microsoft.Attention ${title}`,
  key: 'com.microsoft.Attention',
  opset: 17,
  inputs: projections,
  ...parts,
  attributes: { num_heads: int(2), ...parts.attributes },
});

const projections = [
  fed(normals('hidden', 2, 3, 4)),
  weight(normals('projection', 4, 24)),
  weight(normals('bias', 24)),
];

const masks: readonly (readonly [string, CaseInput])[] = [
  ['a mask of keys', fed(int32s([2, 3], 1, 1, 0, 0, 1, 1))],
  ['a mask that hides all keys of an example', fed(int32s([2, 3], 1, 0, 0, 0, 0, 0))],
  ['a mask of queries and keys', fed(int32s([2, 3, 3], 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1))],
  ['ends of examples', fed(int32s([2], 3, 2))],
  ['ends and beginnings of examples', fed(int32s([4], 3, 2, 1, 0))],
  ['the cumulated lengths CUDA takes', fed(int32s([8], 3, 2, 0, 3, 6, 0, 3, 6))],
];

const packedCases: readonly LoweringCase[] = [
  packed('plain', {}),
  packed('without a bias', {
    inputs: [projections[0]!, projections[1]!, undefined],
    // Without a bias the kernel of ONNX Runtime 1.30 writes beyond its memory and ends the process.
    likewise: packed('with a bias of zeros', {
      inputs: [projections[0]!, projections[1]!, weight(float32([24], new Float32Array(24)))],
    }),
  }),
  packed('causal', { attributes: { unidirectional: int(1) } }),
  packed('with a scale', { attributes: { scale: float(0.2) } }),
  packed('with values of another size', {
    inputs: [projections[0], weight(normals('projection', 4, 20)), weight(normals('bias', 20))],
    attributes: { qkv_hidden_sizes: ints([8, 8, 4]) },
  }),
  ...masks.flatMap(([name, mask]) => [
    packed(`with ${name}`, { inputs: [...projections, mask] }),
    packed(`with ${name}, causal`, { inputs: [...projections, mask], attributes: { unidirectional: int(1) } }),
  ]),
  packed('with a filter value', {
    inputs: [...projections, masks[0]![1]],
    attributes: { mask_filter_value: float(-2) },
  }),
  packed('with an additive bias', {
    inputs: [...projections, masks[0]![1], undefined, fed(normals('attention bias', 1, 2, 3, 3))],
  }),
  packed('with past and present', {
    inputs: [...projections, fed(int32s([2, 5], 1, 1, 0, 1, 1, 1, 1, 1, 1, 0)), fed(normals('past', 2, 2, 2, 2, 4))],
    attributes: { unidirectional: int(1) },
    outputs: ['result', 'present'],
  }),
  packed('with present only', { attributes: { unidirectional: int(1) }, outputs: ['result', 'present'] }),
];

const multiHead = (title: string, parts: Partial<LoweringCase>): LoweringCase => ({
  title: `MultiHeadAttention ${title}`,
  key: 'com.microsoft.MultiHeadAttention',
  opset: 17,
  inputs: separate,
  ...parts,
  attributes: { num_heads: int(2), ...parts.attributes },
});

const separate = [merged('q', 2, 3), merged('k', 2, 3), merged('v', 2, 3)];

const multiHeadCases: readonly LoweringCase[] = [
  multiHead('plain', {}),
  multiHead('of other keys, values of another size', {
    inputs: [merged('q', 2, 2), merged('k', 2, 5), fed(normals('v', 2, 5, 6)), weight(normals('bias', 22))],
  }),
  multiHead('with a bias', { inputs: [...separate, weight(normals('bias', 24))] }),
  multiHead('causal, with a scale', { attributes: { unidirectional: int(1), scale: float(0.3) } }),
  ...masks.slice(0, 4).map(([name, mask]) => multiHead(`with ${name}`, { inputs: [...separate, undefined, mask] })),
  multiHead('with an additive bias', {
    inputs: [...separate, undefined, masks[0]![1], fed(normals('attention bias', 2, 1, 3, 3))],
  }),
  multiHead('with keys and values by head', {
    inputs: [merged('q', 2, 3), byHead('k', 2, 4), byHead('v', 2, 4)],
  }),
  multiHead('with past and present', {
    inputs: [...separate, ...omitted(3), byHead('pk', 2, 2), byHead('pv', 2, 2)],
    outputs: ['result', 'present_key', 'present_value'],
  }),
];

const groupQuery = (title: string, parts: Partial<LoweringCase>): LoweringCase => ({
  title: `GroupQueryAttention ${title}`,
  key: 'com.microsoft.GroupQueryAttention',
  opset: 17,
  inputs: [],
  ...parts,
  attributes: { num_heads: int(4), kv_num_heads: int(2), ...parts.attributes },
});

const groups = (headSize: number, length: number): CaseInput[] => [
  fed(normals('q', 2, length, 4 * headSize)),
  fed(normals('k', 2, length, 2 * headSize)),
  fed(normals('v', 2, length, 2 * headSize)),
];
const lengths = (length: number): (CaseInput | undefined)[] => [
  ...omitted(2),
  fed(int32s([2], length - 1, length - 1)),
  weight(int32s([], length)),
];
// The caches must be of a head size the kernel takes, a multiple of 8.
const rotaryCaches = [weight(normals('cos', 6, 8)), weight(normals('sin', 6, 8))];

const groupQueryCases: readonly LoweringCase[] = [
  groupQuery('plain', { inputs: [...groups(16, 3), ...lengths(3)], outputs: ['result', 'pk', 'pv'] }),
  groupQuery('packed', {
    inputs: [fed(normals('qkv', 2, 3, 128)), undefined, undefined, ...lengths(3)],
    outputs: ['result', 'pk', 'pv'],
  }),
  groupQuery('capped and scaled', {
    inputs: [...groups(16, 3), ...lengths(3)],
    attributes: { softcap: float(0.5), scale: float(0.3) },
    outputs: ['result', 'pk', 'pv'],
  }),
  groupQuery('within a window', {
    inputs: [...groups(16, 5), ...lengths(5)],
    attributes: { local_window_size: int(2) },
    outputs: ['result', 'pk', 'pv'],
  }),
  ...[0, 1].map((interleaved) =>
    groupQuery(`rotated, interleaved ${interleaved}`, {
      inputs: [...groups(16, 3), ...lengths(3), ...rotaryCaches],
      attributes: { do_rotary: int(1), rotary_interleaved: int(interleaved) },
      outputs: ['result', 'pk', 'pv'],
    }),
  ),
  groupQuery('with an additive bias', {
    inputs: [...groups(16, 3), ...lengths(3), ...omitted(3), fed(float32([1, 1, 3, 3], [0, 1, 2, -1, 0, 1, 3, 1, 0]))],
    outputs: ['result', 'pk', 'pv'],
  }),
];

/** Cases of the four attention operators. */
export const attentionCases: readonly LoweringCase[] = [
  ...standardCases,
  ...packedCases,
  ...multiHeadCases,
  ...groupQueryCases,
];
