import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';
import type { ConfigReader } from '../../checkpoint/config-reader.js';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitIsToken } from './causal-mask.js';
import { emitProjection } from './linear.js';
import { emitTokenPositions } from './token-positions.js';

/** A decoder's last hidden state and the inputs it was computed from. */
export interface DecoderState {
  /** After the last normalisation, `[batch, length, hidden]`. */
  readonly hidden: string;
  /** Token ids, `[batch, length]`, int64. */
  readonly ids: string;
  /** 1 at tokens, 0 at padding, `[batch, length]`, int64. */
  readonly mask: string;
}

/** What of the configuration decides about a decoder's classifier. */
export interface DecoderClassifierConfig {
  readonly hiddenSize: number;
  readonly padTokenId: number | undefined;
}

/** The configuration's `pad_token_id`, if it has one; the first Llamas write −1 for none. */
export function readPadTokenId(config: ConfigReader, vocabSize: number): number | undefined {
  return config.fields['pad_token_id'] === -1 ? undefined : config.tokenId('pad_token_id', vocabSize, undefined);
}

/**
 * Class logits of a decoder, `[batch, labels]`, from the last hidden state of each row that is not padding's.
 *
 * As `transformers` (from 4.49) does, the last token is the rightmost that is not `pad_token_id`, whatever the attention
 * mask says. Without a `pad_token_id`, with which `transformers` takes no more than one row, it is the rightmost that the
 * attention mask shows. A row of padding alone gives its first state.
 */
export function emitLastTokenClassifier(
  weights: WeightSource,
  { hiddenSize, padTokenId }: DecoderClassifierConfig,
  { hidden, ids, mask }: DecoderState,
  numLabels: number,
): string {
  const { builder } = weights;
  return builder.scope('score', () => {
    const isToken = padTokenId === undefined ? emitIsToken(builder, mask) : emitIsNotPadding(builder, ids, padTokenId);
    const last = emitLastPositionWhere(builder, ids, isToken, 0);
    const weight = weights.weight('score.weight', [numLabels, hiddenSize], 'normal');
    return emitProjection(builder, emitStatesAt(builder, hidden, last), weight);
  });
}

/**
 * The rightmost position at which a condition holds, `[batch, 1]`, int64.
 *
 * @param condition `[batch, length]`, bool, as long as `ids`.
 * @param otherwise the result for a row in which it never holds.
 */
export function emitLastPositionWhere(
  builder: GraphBuilder,
  ids: string,
  condition: string,
  otherwise: number,
): string {
  const none = builder.constant(int64([], [otherwise]));
  const positions = builder.op('Where', [condition, emitTokenPositions(builder, ids), none]);
  return builder.op('ReduceMax', [positions, builder.integers([1])], { keepdims: int(1) });
}

/** One state of each row: hidden `[batch, length, size]` at positions `[batch, 1]`, `[batch, size]`. */
export function emitStatesAt(builder: GraphBuilder, hidden: string, positions: string): string {
  return builder.op('GatherND', [hidden, positions], { batch_dims: int(1) });
}

function emitIsNotPadding(builder: GraphBuilder, ids: string, padTokenId: number): string {
  return builder.op('Not', [builder.op('Equal', [ids, builder.constant(int64([], [padTokenId]))])]);
}
