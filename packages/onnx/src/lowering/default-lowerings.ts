import { biasAdd, biasDropout, biasSoftmax } from './operators/bias-fusions.js';
import { fusedGemm, fusedMatMul, fusedMatMulActivation } from './operators/fused-products.js';
import { contribGelu, fastGelu, gelu, quickGelu } from './operators/gelu.js';
import { groupQueryAttention } from './operators/group-query-attention.js';
import type { Lowering, Lowerings } from './lowering.js';
import { multiHeadAttention } from './operators/multi-head-attention.js';
import {
  embedLayerNormalization,
  rmsNormalization,
  skipLayerNormalization,
  skipRmsNormalization,
} from './operators/normalisation.js';
import { packedAttention } from './operators/packed-attention.js';
import { quantised } from './operators/quantised.js';
import { contribRotaryEmbedding, rotaryEmbedding } from './operators/rotary-embedding.js';
import { standardAttention } from './operators/standard-attention.js';
import { cast, castLike } from './operators/type-conversion.js';
import { extremeReduction, reduction } from './operators/reductions.js';
import { refusals } from './operators/refusals.js';
import { gridSample, identity, pad, roiAlign, split } from './operators/renamed-forms.js';

const reductions = 'L1 L2 LogSum LogSumExp Mean Prod SumSquare';

const standard: readonly (readonly [string, Lowering])[] = [
  ...reductions.split(' ').map((name): [string, Lowering] => [`Reduce${name}`, reduction]),
  ['Attention', standardAttention],
  ['Cast', cast],
  ['CastLike', castLike],
  ['Gelu', gelu],
  ['GridSample', gridSample],
  ['Identity', identity],
  ['Pad', pad],
  ['ReduceMax', extremeReduction],
  ['ReduceMin', extremeReduction],
  ['RMSNormalization', rmsNormalization],
  ['RoiAlign', roiAlign],
  ['RotaryEmbedding', rotaryEmbedding],
  // ONNX Runtime has it in this domain, outside the standard.
  ['SimplifiedLayerNormalization', rmsNormalization],
  ['Split', split],
];

const contrib: readonly (readonly [string, Lowering])[] = [
  ['Attention', packedAttention],
  ['BiasAdd', biasAdd],
  ['BiasDropout', biasDropout],
  ['BiasGelu', contribGelu],
  ['BiasSoftmax', biasSoftmax],
  ['EmbedLayerNormalization', embedLayerNormalization],
  ['FastGelu', fastGelu],
  ['FusedGemm', fusedGemm],
  ['FusedMatMul', fusedMatMul],
  ['FusedMatMulActivation', fusedMatMulActivation],
  ['Gelu', contribGelu],
  ['GroupQueryAttention', groupQueryAttention],
  ['MultiHeadAttention', multiHeadAttention],
  ['QuickGelu', quickGelu],
  ['RotaryEmbedding', contribRotaryEmbedding],
  ['SimplifiedLayerNormalization', rmsNormalization],
  ['SkipLayerNormalization', skipLayerNormalization],
  ['SkipSimplifiedLayerNormalization', skipRmsNormalization],
  ['TransposeMatMul', fusedMatMul],
];

/** The built-in lowerings; operators that are not among them stay as they are. */
export const defaultLowerings: Lowerings = new Map([
  ...refusals,
  ...quantised,
  ...standard,
  ...contrib.map(([opType, lowering]): [string, Lowering] => [`com.microsoft.${opType}`, lowering]),
]);
