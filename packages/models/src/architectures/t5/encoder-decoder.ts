import { int64, tensorAttribute, type GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitHidingBias } from '../shared/attention-mask.js';
import { emitCausalHidingBias } from '../shared/causal-mask.js';
import type { T5Config } from './config.js';
import { emitT5Stack } from './stack.js';

/** What encoder and decoder read. */
export interface T5Inputs {
  /** `[batch, length]`, int64. */
  readonly ids: string;
  /** 1 at the encoder's tokens, 0 at padding, `[batch, length]`, int64. */
  readonly mask: string;
  /** `[batch, decoder_length]`, int64. */
  readonly decoderIds: string;
}

/** The inputs of the encoder, declared as the graph's. */
export function emitEncoderInputs(builder: GraphBuilder): Omit<T5Inputs, 'decoderIds'> {
  return {
    ids: builder.input('input_ids', 'int64', ['batch', 'length']),
    mask: builder.input('attention_mask', 'int64', ['batch', 'length']),
  };
}

/**
 * The decoder's last hidden state, `[batch, decoder_length, hidden]`. Every decoder position counts as a token, as in
 * `transformers` without a `decoder_attention_mask`: padding there comes last, and no token sees what comes later.
 */
export function emitT5(weights: WeightSource, config: T5Config, prefix: string, inputs: T5Inputs): string {
  const { builder } = weights;
  const { ids, mask, decoderIds } = inputs;
  const hidingBias = builder.scope(`${prefix}encoder`, () => emitHidingBias(builder, mask));
  const encoded = emitT5Stack(weights, config, prefix, 'encoder', { ids, hidingBias: () => hidingBias });
  return emitT5Stack(weights, config, prefix, 'decoder', {
    ids: decoderIds,
    hidingBias: (positions) => emitCausalHidingBias(builder, positions, emitAllTokens(builder, decoderIds)),
    encoded: { memory: encoded, bias: hidingBias },
  });
}

/** A mask of ones in the shape of `ids`, int64. */
function emitAllTokens(builder: GraphBuilder, ids: string): string {
  return builder.op('ConstantOfShape', [builder.op('Shape', [ids])], { value: tensorAttribute(int64([1], [1])) });
}
