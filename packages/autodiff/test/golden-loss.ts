import { int, tensor, type GraphBuilder } from '@guided-dropout/onnx';
import { emitCrossEntropy, IGNORED_LABEL } from '../src/index.js';

/** What a golden model is trained on. */
export type Head = 'masked-lm' | 'causal-lm' | 'seq2seq-lm' | 'classification' | 'replaced-tokens';

/** Adds the mean loss of a head, a scalar, as Hugging Face's models compute it. */
export function emitGoldenLoss(builder: GraphBuilder, head: Head, logits: string, labels: string): string {
  switch (head) {
    case 'causal-lm':
      return emitCrossEntropy(builder, without(builder, logits, 'last'), without(builder, labels, 'first'));
    case 'replaced-tokens':
      return emitReplacedTokenLoss(builder, logits, labels);
    default:
      return emitCrossEntropy(builder, logits, labels);
  }
}

/** A value [batch, length, …] without its first or last position: logits at t predict the label at t + 1. */
function without(builder: GraphBuilder, value: string, position: 'first' | 'last'): string {
  const [start, end] = position === 'first' ? [1, Number.MAX_SAFE_INTEGER] : [0, -1];
  return builder.op('Slice', [value, builder.integers([start]), builder.integers([end]), builder.integers([1])]);
}

/**
 * Mean binary cross-entropy of the tokens that have a label, 1 where a token was replaced:
 * max(x, 0) − x·y + log(1 + exp(−|x|)), which does not overflow.
 */
function emitReplacedTokenLoss(builder: GraphBuilder, logits: string, labels: string): string {
  const ignored = builder.constant(tensor('int64', [], BigInt64Array.of(BigInt(IGNORED_LABEL))));
  const counted = builder.op('Cast', [builder.op('Not', [builder.op('Equal', [labels, ignored])])], { to: int(1) });
  const positive = builder.op('Max', [logits, builder.number(0, 'float32')]);
  const agreed = builder.op('Mul', [logits, builder.op('Cast', [labels], { to: int(1) })]);
  const decay = builder.op('Exp', [builder.op('Neg', [builder.op('Abs', [logits])])]);
  const tail = builder.op('Log', [builder.op('Add', [decay, builder.number(1, 'float32')])]);
  const losses = builder.op('Add', [builder.op('Sub', [positive, agreed]), tail]);
  const total = builder.op('ReduceSum', [builder.op('Mul', [losses, counted])], { keepdims: int(0) });
  return builder.op('Div', [total, builder.op('ReduceSum', [counted], { keepdims: int(0) })]);
}
