import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitHidingBias } from '../shared/attention-mask.js';
import { emitEmbeddings } from '../shared/embeddings.js';
import { bertLayerNames, emitPostNormLayer } from '../shared/post-norm-layer.js';
import type { RobertaConfig } from './config.js';

/** ONNX's numbers of types. */
const INT32 = 6;
const INT64 = 7;

/** The encoder's last hidden state, `[batch, length, hidden]`. Declares the graph's inputs. */
export function emitRobertaEncoder(weights: WeightSource, config: RobertaConfig): string {
  const { builder } = weights;
  const tokens = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const tables = { ...config, module: 'roberta.embeddings', size: config.hiddenSize };
  let hidden = builder.scope('roberta.embeddings', () => {
    const positions = emitPositionsOfTokens(builder, tokens, config.padTokenId);
    // RoBERTa has no second segment: every token is of type 0.
    const types = builder.op('Expand', [builder.constant(int64([], [0])), builder.op('Shape', [tokens])]);
    return emitEmbeddings(weights, tables, { tokens, positions, types });
  });
  const hidingBias = builder.scope('roberta', () => emitHidingBias(builder, mask));
  for (let layer = 0; layer < config.numLayers; layer++) {
    hidden = emitPostNormLayer(weights, config, bertLayerNames, `roberta.encoder.layer.${layer}`, hidden, hidingBias);
  }
  return hidden;
}

/** `pad_token_id` + n at the n-th token of a row that is not padding, `pad_token_id` at padding: `[batch, length]`. */
function emitPositionsOfTokens(builder: GraphBuilder, tokens: string, padTokenId: number): string {
  const padding = builder.constant(int64([], [padTokenId]));
  const isToken = builder.op('Not', [builder.op('Equal', [tokens, padding])]);
  // Counted in int32: WebGPU has no CumSum of int64.
  const ones = builder.op('Cast', [isToken], { to: int(INT32) });
  const count = builder.op('Mul', [builder.op('CumSum', [ones, builder.constant(int64([], [1]))]), ones]);
  return builder.op('Add', [builder.op('Cast', [count], { to: int(INT64) }), padding]);
}
