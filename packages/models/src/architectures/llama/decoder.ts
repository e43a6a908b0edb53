import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitCausalHidingBias } from '../shared/causal-mask.js';
import type { DecoderState } from '../shared/last-token.js';
import { emitRmsNorm } from '../shared/rms-norm.js';
import { emitRotation } from '../shared/rotary-embedding.js';
import { emitTokenPositions } from '../shared/token-positions.js';
import { emitLlamaAttention } from './attention.js';
import type { LlamaConfig } from './config.js';
import { emitSwiGlu } from './swiglu.js';

/** All layers. Declares the graph's inputs. */
export function emitLlamaDecoder(weights: WeightSource, config: LlamaConfig): DecoderState {
  const { builder } = weights;
  const { hiddenSize, headSize, ropeBase } = config;
  const ids = builder.input('input_ids', 'int64', ['batch', 'length']);
  const mask = builder.input('attention_mask', 'int64', ['batch', 'length']);
  const norm = (name: string, x: string): string =>
    builder.scope(name, () => emitRmsNorm(weights, x, name, hiddenSize, config.rmsNormEpsilon));
  const positions = builder.scope('model', () => emitTokenPositions(builder, ids));
  const hidingBias = builder.scope('model', () => emitCausalHidingBias(builder, positions, mask));
  const rotation = builder.scope('model.rotary_emb', () => emitRotation(builder, positions, headSize, ropeBase));
  const table = weights.weight('model.embed_tokens.weight', [config.vocabSize, hiddenSize], 'normal');
  let hidden = builder.scope('model.embed_tokens', () => builder.op('Gather', [table, ids]));
  for (let layer = 0; layer < config.numLayers; layer++) {
    const module = `model.layers.${layer}`;
    const add = (branch: string, residual: string): string =>
      builder.scope(module, () => builder.op('Add', [branch, residual]));
    const normalised = norm(`${module}.input_layernorm`, hidden);
    const output = emitLlamaAttention(weights, config, `${module}.self_attn`, normalised, rotation, hidingBias);
    const attended = add(output, hidden);
    const inner = norm(`${module}.post_attention_layernorm`, attended);
    hidden = add(emitSwiGlu(weights, config, `${module}.mlp`, inner), attended);
  }
  return { hidden: norm('model.norm', hidden), ids, mask };
}
