import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitHidingBias } from '../shared/attention-mask.js';
import { emitEmbeddings, emitPositionIds } from '../shared/embeddings.js';
import type { EncoderConfig } from '../shared/encoder-config.js';
import { emitPostNormLayer, type LayerNames } from '../shared/post-norm-layer.js';

const layerNames: LayerNames = {
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  attentionOutput: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  intermediate: 'ffn.lin1',
  output: 'ffn.lin2',
  outputNorm: 'output_layer_norm',
};

/** The encoder's last hidden state, `[batch, length, hidden]`. Declares the graph's inputs. */
export function emitDistilBertEncoder(weights: WeightSource, config: EncoderConfig): string {
  const { builder } = weights;
  const tokens = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const tables = { ...config, module: 'distilbert.embeddings', size: config.hiddenSize };
  let hidden = builder.scope('distilbert.embeddings', () =>
    emitEmbeddings(weights, tables, { tokens, positions: emitPositionIds(builder, tokens) }),
  );
  const hidingBias = builder.scope('distilbert', () => emitHidingBias(builder, mask));
  for (let layer = 0; layer < config.numLayers; layer++) {
    const module = `distilbert.transformer.layer.${layer}`;
    hidden = emitPostNormLayer(weights, config, layerNames, module, hidden, hidingBias);
  }
  return hidden;
}
