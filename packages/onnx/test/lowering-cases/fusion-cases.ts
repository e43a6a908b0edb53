// Activations, normalisations, products and embeddings that ONNX Runtime's optimiser and newer opsets fuse.
import { float, float32, int, string, type Tensor } from '../../src/index.js';
import { bools, fed, int32s, int64s, normals, weight, type LoweringCase } from './lowering-case.js';

const wide = normals('wide', 2, 3, 4);
const bias = normals('bias', 4);
const ids = int32s([2, 3], 1, 0, 4, 2, 3, 3);
const segments = int32s([2, 3], 0, 1, 1, 1, 0, 0);
const embedding = [weight(normals('words', 5, 4)), weight(normals('positions', 6, 4))];
const norm = [weight(normals('scale', 4)), weight(normals('shift', 4))];

const activationCases: readonly LoweringCase[] = [
  { title: 'Gelu of opset 20', key: 'Gelu', opset: 20, inputs: [fed(wide)] },
  {
    title: 'Gelu of opset 20, by tanh',
    key: 'Gelu',
    opset: 21,
    inputs: [fed(wide)],
    attributes: { approximate: string('tanh') },
  },
  { title: 'com.microsoft.Gelu', key: 'com.microsoft.Gelu', opset: 13, inputs: [fed(wide)] },
  { title: 'BiasGelu', key: 'com.microsoft.BiasGelu', opset: 17, inputs: [fed(wide), weight(bias)] },
  { title: 'FastGelu', key: 'com.microsoft.FastGelu', opset: 17, inputs: [fed(wide)] },
  { title: 'FastGelu with a bias', key: 'com.microsoft.FastGelu', opset: 17, inputs: [fed(wide), weight(bias)] },
  { title: 'QuickGelu', key: 'com.microsoft.QuickGelu', opset: 17, inputs: [fed(wide)] },
  {
    title: 'QuickGelu with alpha 1, which is SiLU',
    key: 'com.microsoft.QuickGelu',
    opset: 17,
    inputs: [fed(wide)],
    attributes: { alpha: float(1) },
  },
];

const simplified = (key: string, opset: number): LoweringCase => ({
  title: `${key} at opset ${opset}`,
  key,
  opset,
  inputs: [fed(wide), weight(bias)],
  attributes: { axis: int(-1), epsilon: float(1e-3) },
});

const normalisationCases: readonly LoweringCase[] = [
  simplified('SimplifiedLayerNormalization', 14),
  { title: 'RMSNormalization', key: 'RMSNormalization', opset: 23, inputs: [fed(wide), weight(bias)] },
  {
    title: 'RMSNormalization over the last two axes',
    key: 'RMSNormalization',
    opset: 23,
    inputs: [fed(wide), weight(normals('scale', 3, 4))],
    attributes: { axis: int(1), epsilon: float(0.1) },
  },
  {
    // The kernels are registered for ai.onnx only.
    ...simplified('com.microsoft.SimplifiedLayerNormalization', 17),
    computes: ([x]) => [rmsRows(numbersOf(x!), Array.from(bias.data), 1e-3)],
  },
  {
    title: 'SkipLayerNormalization with everything',
    key: 'com.microsoft.SkipLayerNormalization',
    opset: 17,
    inputs: [fed(wide), fed(normals('skip', 2, 3, 4)), ...norm, weight(bias)],
    attributes: { epsilon: float(1e-2) },
    outputs: ['result', null, null, 'sum'],
  },
  {
    title: 'SkipLayerNormalization without beta and bias',
    key: 'com.microsoft.SkipLayerNormalization',
    opset: 17,
    inputs: [fed(wide), fed(normals('skip', 2, 3, 4)), norm[0]],
  },
  {
    title: 'SkipLayerNormalization with one skip for all examples',
    key: 'com.microsoft.SkipLayerNormalization',
    opset: 17,
    inputs: [fed(wide), fed(normals('skip', 3, 4)), ...norm],
  },
  {
    title: 'SkipSimplifiedLayerNormalization with everything',
    key: 'com.microsoft.SkipSimplifiedLayerNormalization',
    opset: 17,
    inputs: [fed(wide), fed(normals('skip', 2, 3, 4)), norm[0], weight(bias)],
    attributes: { epsilon: float(1e-2) },
    outputs: ['result', null, null, 'sum'],
  },
  {
    title: 'EmbedLayerNormalization with everything',
    key: 'com.microsoft.EmbedLayerNormalization',
    opset: 17,
    inputs: [
      fed(ids),
      fed(segments),
      ...embedding,
      weight(normals('segments', 2, 4)),
      ...norm,
      fed(int32s([2, 3], 1, 1, 0, 1, 0, 1)),
      fed(int32s([2, 3], 2, 1, 0, 5, 4, 3)),
    ],
    attributes: { epsilon: float(1e-2), mask_index_type: int(1) },
    outputs: ['result', 'mask', 'sum'],
  },
  {
    title: 'EmbedLayerNormalization without segments, mask and positions',
    key: 'com.microsoft.EmbedLayerNormalization',
    opset: 17,
    inputs: [fed(ids), undefined, ...embedding, undefined, ...norm],
    outputs: ['result', 'mask'],
  },
  {
    title: 'EmbedLayerNormalization with one row of positions',
    key: 'com.microsoft.EmbedLayerNormalization',
    opset: 17,
    inputs: [fed(ids), undefined, ...embedding, undefined, ...norm, undefined, fed(int32s([1, 3], 2, 1, 0))],
    outputs: ['result', 'mask'],
  },
];

const square = normals('square', 2, 3, 3, 3);
const transposes = [
  { transA: int(1) },
  { transB: int(1), alpha: float(0.25) },
  { transA: int(1), transB: int(1) },
  { transBatchA: int(1) },
  { transBatchB: int(1), transB: int(1) },
  { transBatchA: int(1), transA: int(1), transBatchB: int(1) },
];

const productCases: readonly LoweringCase[] = [
  ...transposes.map((attributes): LoweringCase => ({
    title: `FusedMatMul with ${Object.keys(attributes).join(', ')}`,
    key: 'com.microsoft.FusedMatMul',
    opset: 17,
    inputs: [fed(normals('a', 3, 3, 3, 3)), fed(normals('b', 3, 3, 3, 3))],
    attributes,
  })),
  {
    title: 'FusedMatMul with a weight of rank 2',
    key: 'com.microsoft.FusedMatMul',
    opset: 17,
    inputs: [fed(wide), weight(normals('matrix', 5, 4))],
    attributes: { transB: int(1), alpha: float(2) },
  },
  {
    title: 'TransposeMatMul',
    key: 'com.microsoft.TransposeMatMul',
    opset: 17,
    inputs: [fed(square), fed(square)],
    attributes: { transA: int(1) },
  },
  {
    // No kernel on the CPU.
    title: 'FusedMatMulActivation',
    key: 'com.microsoft.FusedMatMulActivation',
    opset: 17,
    inputs: [fed(float32([1, 2], [1, -2])), fed(float32([2, 2], [1, 2, 3, 4]))],
    attributes: { activation: string('Relu'), alpha: float(-1), transB: int(1) },
    computes: ([a, b]) => {
      const [a0, a1] = numbersOf(a!) as [number, number];
      const [b0, b1, b2, b3] = numbersOf(b!) as [number, number, number, number];
      return [[Math.max(0, -(a0 * b0 + a1 * b1)), Math.max(0, -(a0 * b2 + a1 * b3))]];
    },
  },
  ...['Relu', 'Tanh', 'Sigmoid', 'LeakyRelu'].map((activation): LoweringCase => ({
    title: `FusedGemm with ${activation}`,
    key: 'com.microsoft.FusedGemm',
    opset: 17,
    inputs: [fed(normals('left', 2, 3)), weight(normals('right', 4, 3)), weight(bias)],
    attributes: { activation: string(activation), activation_alpha: float(0.3), transB: int(1), alpha: float(0.5) },
  })),
];

// None of the three has a kernel on the CPU.
const biasCases: readonly LoweringCase[] = [
  {
    title: 'BiasSoftmax',
    key: 'com.microsoft.BiasSoftmax',
    opset: 17,
    inputs: [fed(float32([2, 1, 2], [1, 2, 3, 5])), fed(float32([2, 1, 2], [0, 1, 0, -1]))],
    attributes: { axis: int(2), is_inner_broadcast: int(1) },
    computes: () => {
      const firstOf = (a: number, b: number): number => 1 / (1 + Math.exp(b - a));
      return [[firstOf(1, 3), firstOf(3, 1), firstOf(3, 4), firstOf(4, 3)]];
    },
  },
  {
    title: 'BiasAdd',
    key: 'com.microsoft.BiasAdd',
    opset: 17,
    inputs: [fed(wide), weight(bias), fed(normals('skip', 2, 3, 4))],
    computes: ([x, skip]) => [numbersOf(x!).map((value, i) => value + bias.data[i % 4]! + Number(skip!.data[i]))],
  },
  {
    title: 'BiasDropout in inference, with a residual',
    key: 'com.microsoft.BiasDropout',
    opset: 17,
    inputs: [fed(wide), weight(bias), fed(normals('skip', 2, 3, 4)), weight(float32([], [0.5])), weight(bools([], 0))],
    outputs: ['result', 'mask'],
    computes: ([x, skip]) => [
      numbersOf(x!).map((value, i) => value + bias.data[i % 4]! + Number(skip!.data[i])),
      numbersOf(x!).map(() => 1),
    ],
  },
  {
    title: 'BiasDropout without a residual',
    key: 'com.microsoft.BiasDropout',
    opset: 17,
    inputs: [fed(wide), weight(bias)],
    computes: ([x]) => [numbersOf(x!).map((value, i) => value + bias.data[i % 4]!)],
  },
];

const caches = [weight(normals('cos', 6, 2)), weight(normals('sin', 6, 2))];
const partialCaches = [weight(normals('cos', 6, 1)), weight(normals('sin', 6, 1))];
const merged = normals('merged', 2, 3, 8);
const byHead = normals('by head', 2, 2, 3, 4);
const positionIds = int64s([2, 3], 1, 5, 0, 2, 2, 4);

const rotary = (title: string, opset: number, parts: Partial<LoweringCase>): LoweringCase => ({
  title: `RotaryEmbedding-${opset === 23 ? '23' : 'contrib'} ${title}`,
  key: opset === 23 ? 'RotaryEmbedding' : 'com.microsoft.RotaryEmbedding',
  opset,
  inputs: [],
  ...parts,
});

const rotaryCases: readonly LoweringCase[] = [
  ...[0, 1].flatMap((interleaved): LoweringCase[] => [
    rotary(`by head, interleaved ${interleaved}`, 17, {
      inputs: [fed(byHead), fed(positionIds), ...caches],
      attributes: { interleaved: int(interleaved) },
    }),
    rotary(`merged heads, partial, interleaved ${interleaved}`, 17, {
      inputs: [fed(merged), fed(positionIds), ...partialCaches],
      attributes: { interleaved: int(interleaved), num_heads: int(2), rotary_embedding_dim: int(2) },
    }),
    rotary(`by head, interleaved ${interleaved}`, 23, {
      inputs: [fed(byHead), ...caches, fed(positionIds)],
      attributes: { interleaved: int(interleaved) },
    }),
    rotary(`partial, interleaved ${interleaved}`, 23, {
      inputs: [fed(byHead), ...partialCaches, fed(positionIds)],
      attributes: { interleaved: int(interleaved), rotary_embedding_dim: int(2) },
    }),
  ]),
  rotary('merged heads, whose number the cache tells', 17, { inputs: [fed(merged), fed(positionIds), ...caches] }),
  rotary('from a first position', 17, {
    inputs: [fed(merged), fed(int64s([1], 2)), ...caches],
    attributes: { num_heads: int(2) },
  }),
  rotary('by head from a first position', 17, { inputs: [fed(byHead), fed(int64s([1], 1)), ...caches] }),
  rotary('merged heads', 23, {
    inputs: [fed(merged), ...caches, fed(positionIds)],
    attributes: { num_heads: int(2) },
  }),
  rotary('with caches per example', 23, {
    inputs: [fed(byHead), fed(normals('cos', 2, 3, 2)), fed(normals('sin', 2, 3, 2))],
  }),
];

/** Cases of fused operators other than attention. */
export const fusionCases: readonly LoweringCase[] = [
  ...activationCases,
  ...normalisationCases,
  ...productCases,
  ...biasCases,
  ...rotaryCases,
];

const numbersOf = (value: Tensor): number[] => Array.from(value.data as ArrayLike<number | bigint>, Number);

/** x / √(mean(x²) + ε) · scale, row by row. */
function rmsRows(x: readonly number[], scale: readonly number[], epsilon: number): number[] {
  return x.map((value, i) => {
    const row = x.slice(i - (i % scale.length), i - (i % scale.length) + scale.length);
    const meanSquare = row.reduce((sum, entry) => sum + entry * entry, 0) / row.length;
    return (value / Math.sqrt(meanSquare + epsilon)) * scale[i % scale.length]!;
  });
}
