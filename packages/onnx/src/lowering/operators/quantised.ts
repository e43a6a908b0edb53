import type { Lowering, Lowerings } from '../lowering.js';

const standard =
  'ConvInteger DequantizeLinear DynamicQuantizeLinear MatMulInteger QLinearConv QLinearMatMul QuantizeLinear';

const contrib =
  'DequantizeBFP DequantizeLinear DequantizeWithOrder DynamicQuantizeLSTM DynamicQuantizeMatMul GatherBlockQuantized ' +
  'GemmFloat8 MatMulBnb4 MatMulFpQ4 MatMulInteger16 MatMulIntegerToFloat MatMulNBits MatMulNBitsMlp MatMulNBitsQkv ' +
  'MulInteger QAttention QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv ' +
  'QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere ' +
  'QMoE QOrderedAttention QOrderedGelu QOrderedLayerNormalization QOrderedLongformerAttention QOrderedMatMul ' +
  'QuantizeBFP QuantizeLinear QuantizeWithOrder ReduceSumInteger';

const refuse: Lowering = (context) => {
  throw context.refuse({
    expected: 'operators on floating-point numbers',
    received: 'a quantised operator; a quantised export cannot be trained',
    fix: 'Export the model in float32.',
  });
};

/** Operators on quantised numbers, which are refused: rounding has no gradient, and the full weights are gone. */
export const quantised: Lowerings = new Map([
  ...standard.split(' ').map((opType): [string, Lowering] => [opType, refuse]),
  ...contrib.split(' ').map((opType): [string, Lowering] => [`com.microsoft.${opType}`, refuse]),
]);
