import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitHidingBias } from '../shared/attention-mask.js';
import { emitEmbeddings, emitPositionIds } from '../shared/embeddings.js';
import { emitLinear } from '../shared/linear.js';
import { emitPostNormLayer, type LayerNames } from '../shared/post-norm-layer.js';
import type { AlbertConfig } from './config.js';

const layerNames: LayerNames = {
  query: 'attention.query',
  key: 'attention.key',
  value: 'attention.value',
  attentionOutput: 'attention.dense',
  attentionNorm: 'attention.LayerNorm',
  intermediate: 'ffn',
  output: 'ffn_output',
  outputNorm: 'full_layer_layer_norm',
};

/**
 * The encoder's last hidden state, `[batch, length, hidden]`. Declares the graph's inputs.
 *
 * Nodes of a shared layer stand in the graph once per application, in the order of the layers.
 */
export function emitAlbertEncoder(weights: WeightSource, config: AlbertConfig): string {
  const { builder } = weights;
  const { embeddingSize, hiddenSize } = config;
  const tokens = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const types = builder.input('token_type_ids', 'int64', ['batch', 'length']);
  const tables = { ...config, module: 'albert.embeddings', size: embeddingSize };
  const embeddings = builder.scope('albert.embeddings', () =>
    emitEmbeddings(weights, tables, { tokens, types, positions: emitPositionIds(builder, tokens) }),
  );
  const hidingBias = builder.scope('albert', () => emitHidingBias(builder, mask));
  const mapping = 'albert.encoder.embedding_hidden_mapping_in';
  let hidden = builder.scope(mapping, () => emitLinear(weights, embeddings, mapping, embeddingSize, hiddenSize));
  for (let layer = 0; layer < config.numLayers; layer++) {
    for (let inner = 0; inner < config.numInnerLayers; inner++) {
      const module = `albert.encoder.albert_layer_groups.${groupOf(layer, config)}.albert_layers.${inner}`;
      hidden = emitPostNormLayer(weights, config, layerNames, module, hidden, hidingBias);
    }
  }
  return hidden;
}

/** The group whose weights a layer has, rounded where the division leaves a rest as `transformers` rounds it. */
function groupOf(layer: number, { numLayers, numGroups }: AlbertConfig): number {
  return Math.trunc(layer / (numLayers / numGroups));
}
