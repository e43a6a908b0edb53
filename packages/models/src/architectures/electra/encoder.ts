import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitHidingBias } from '../shared/attention-mask.js';
import { emitEmbeddings, emitPositionIds } from '../shared/embeddings.js';
import { emitLinear } from '../shared/linear.js';
import { bertLayerNames, emitPostNormLayer } from '../shared/post-norm-layer.js';
import type { ElectraConfig } from './config.js';

/** The encoder's last hidden state, `[batch, length, hidden]`. Declares the graph's inputs. */
export function emitElectraEncoder(weights: WeightSource, config: ElectraConfig): string {
  const { builder } = weights;
  const tokens = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const types = builder.input('token_type_ids', 'int64', ['batch', 'length']);
  const tables = { ...config, module: 'electra.embeddings', size: config.embeddingSize };
  const embeddings = builder.scope('electra.embeddings', () =>
    emitEmbeddings(weights, tables, { tokens, types, positions: emitPositionIds(builder, tokens) }),
  );
  const hidingBias = builder.scope('electra', () => emitHidingBias(builder, mask));
  let hidden = emitProjectedEmbeddings(weights, config, embeddings);
  for (let layer = 0; layer < config.numLayers; layer++) {
    hidden = emitPostNormLayer(weights, config, bertLayerNames, `electra.encoder.layer.${layer}`, hidden, hidingBias);
  }
  return hidden;
}

/** Embeddings as wide as the layers; only those of another width have a layer for it. */
function emitProjectedEmbeddings(weights: WeightSource, config: ElectraConfig, embeddings: string): string {
  const { embeddingSize, hiddenSize } = config;
  if (embeddingSize === hiddenSize) return embeddings;
  const module = 'electra.embeddings_project';
  return weights.builder.scope(module, () => emitLinear(weights, embeddings, module, embeddingSize, hiddenSize));
}
