import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitCausalHidingBias } from '../shared/causal-mask.js';
import type { DecoderState } from '../shared/last-token.js';
import { emitTokenPositions } from '../shared/token-positions.js';
import { emitFeedForward, emitNorm, emitSelfAttention } from './block.js';
import type { Gpt2Config } from './config.js';

/** All layers. Declares the graph's inputs. */
export function emitGpt2Decoder(weights: WeightSource, config: Gpt2Config): DecoderState {
  const { builder } = weights;
  const ids = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const [hidingBias, embedded] = builder.scope('transformer', () => {
    const positions = emitTokenPositions(builder, ids);
    return [emitCausalHidingBias(builder, positions, mask), emitEmbeddings(weights, config, ids, positions)];
  });
  let hidden = embedded;
  for (let layer = 0; layer < config.numLayers; layer++) {
    const module = `transformer.h.${layer}`;
    const attended = emitSelfAttention(weights, config, layer, module, hidden, hidingBias);
    hidden = emitFeedForward(weights, config, module, attended);
  }
  return { hidden: emitNorm(weights, config, 'transformer.ln_f', hidden), ids, mask };
}

function emitEmbeddings(weights: WeightSource, config: Gpt2Config, ids: string, positions: string): string {
  const { builder } = weights;
  const words = weights.weight('transformer.wte.weight', [config.vocabSize, config.hiddenSize], 'normal');
  const places = weights.weight('transformer.wpe.weight', [config.maxLength, config.hiddenSize], 'normal');
  return builder.op('Add', [builder.op('Gather', [words, ids]), builder.op('Gather', [places, positions])]);
}
