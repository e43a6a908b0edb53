import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitIsToken } from '../shared/causal-mask.js';
import { emitLastPositionWhere, emitStatesAt } from '../shared/last-token.js';
import { emitLinear, emitProjection } from '../shared/linear.js';
import type { T5Config } from './config.js';
import { emitEncoderInputs, emitT5 } from './encoder-decoder.js';
import { emitEmbeddingTable } from './stack.js';

/** Vocabulary logits of `T5ForConditionalGeneration`, `[batch, decoder_length, vocabulary]`. */
export function emitT5Seq2SeqLm(weights: WeightSource, config: T5Config): string {
  const { builder } = weights;
  const { hiddenSize, vocabSize, initializerFactor } = config;
  const inputs = emitEncoderInputs(builder);
  const decoderIds = builder.input('decoder_input_ids', 'int64', ['batch', 'decoder_length']);
  const hidden = emitT5(weights, config, '', { ...inputs, decoderIds });
  return builder.scope('lm_head', () => {
    if (!config.tiedEmbeddings) {
      const initial = { deviation: initializerFactor };
      return emitProjection(builder, hidden, weights.weight('lm_head.weight', [vocabSize, hiddenSize], initial));
    }
    // The table's rows are of the size that embeddings need, which is too large for logits (Raffel et al.'s own code).
    const scaled = builder.op('Mul', [hidden, builder.number(1 / Math.sqrt(hiddenSize), 'float32')]);
    return emitProjection(builder, scaled, emitEmbeddingTable(weights, config, ''));
  });
}

/** The prefix of the base model's parameters in `T5ForSequenceClassification`. */
export const CLASSIFIER_PREFIX = 'transformer.';

/**
 * Class logits of `T5ForSequenceClassification`, `[batch, labels]`: the decoder reads the encoder's input shifted right,
 * and the head its state at the last end-of-sequence token.
 *
 * `transformers` refuses rows with different numbers of such tokens. Here every row is read at its last one, and a row
 * without any (cut off) at its last token that the attention mask shows.
 */
export function emitT5Classifier(weights: WeightSource, config: T5Config, numLabels: number): string {
  const { builder } = weights;
  const { hiddenSize } = config;
  const { ids, mask } = emitEncoderInputs(builder);
  const decoderIds = builder.scope('transformer', () => emitShiftedRight(builder, ids, config.decoderStartTokenId));
  const hidden = emitT5(weights, config, CLASSIFIER_PREFIX, { ids, mask, decoderIds });
  return builder.scope('classification_head', () => {
    const pooled = emitStatesAt(builder, hidden, emitEndOfSequence(builder, config, ids, mask));
    const dense = emitLinear(weights, pooled, 'classification_head.dense', hiddenSize, hiddenSize);
    const activated = builder.op('Tanh', [dense]);
    return emitLinear(weights, activated, 'classification_head.out_proj', hiddenSize, numLabels);
  });
}

/** Token ids behind a start token, without the last of each row: `[batch, length]`. */
function emitShiftedRight(builder: GraphBuilder, ids: string, startTokenId: number): string {
  const first = builder.op('Slice', [ids, builder.integers([0]), builder.integers([1]), builder.integers([1])]);
  const start = builder.op('Expand', [builder.constant(int64([1, 1], [startTokenId])), builder.op('Shape', [first])]);
  const rest = builder.op('Slice', [ids, builder.integers([0]), builder.integers([-1]), builder.integers([1])]);
  return builder.op('Concat', [start, rest], { axis: int(1) });
}

/** The position of each row's last end-of-sequence token, or else of its last token: `[batch, 1]`. */
function emitEndOfSequence(builder: GraphBuilder, { eosTokenId }: T5Config, ids: string, mask: string): string {
  const isEnd = builder.op('Equal', [ids, builder.constant(int64([], [eosTokenId]))]);
  const end = emitLastPositionWhere(builder, ids, isEnd, -1);
  const token = emitLastPositionWhere(builder, ids, emitIsToken(builder, mask), 0);
  const hasNoEnd = builder.op('Less', [end, builder.constant(int64([], [0]))]);
  return builder.op('Where', [hasNoEnd, token, end]);
}
