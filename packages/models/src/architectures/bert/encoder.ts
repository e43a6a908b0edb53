import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitHidingBias } from '../shared/attention-mask.js';
import { emitEmbeddings, emitPositionIds } from '../shared/embeddings.js';
import type { EncoderConfig } from '../shared/encoder-config.js';
import { bertLayerNames, emitPostNormLayer } from '../shared/post-norm-layer.js';

/** The encoder's last hidden state, `[batch, length, hidden]`. Declares the graph's inputs. */
export function emitBertEncoder(weights: WeightSource, config: EncoderConfig): string {
  const { builder } = weights;
  const tokens = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const types = builder.input('token_type_ids', 'int64', ['batch', 'length']);
  const tables = { ...config, module: 'bert.embeddings', size: config.hiddenSize };
  let hidden = builder.scope('bert.embeddings', () =>
    emitEmbeddings(weights, tables, { tokens, types, positions: emitPositionIds(builder, tokens) }),
  );
  const hidingBias = builder.scope('bert', () => emitHidingBias(builder, mask));
  for (let layer = 0; layer < config.numLayers; layer++) {
    hidden = emitPostNormLayer(weights, config, bertLayerNames, `bert.encoder.layer.${layer}`, hidden, hidingBias);
  }
  return hidden;
}
