import { IGNORED_LABEL } from '@guided-dropout/autodiff';
import { tensor, type Tensor } from '@guided-dropout/onnx';
import type { MaskedExample } from './masked-lm.js';

/** The inputs of a masked language model that a batch of {@link MaskedExample}s can be fed as. */
export const MASKED_LM_INPUTS: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids', 'label_positions'];

/**
 * A batch of masked examples as feeds of a masked-LM graph: `input_ids`, `attention_mask`, `token_type_ids`
 * `[batch, length]` padded to the longest, `label_positions` and `labels` `[batch, labels]` padded to the most
 * labelled (position 0 with an ignored label).
 *
 * @param inputs which of them the model takes; `labels` comes beside these, and all unless given.
 */
export function collateMasked(
  examples: readonly MaskedExample[],
  padId: number,
  inputs: readonly string[] = MASKED_LM_INPUTS,
): Record<string, Tensor> {
  const batch = examples.length;
  const length = Math.max(...examples.map((example) => example.inputIds.length));
  const numLabels = Math.max(1, ...examples.map((example) => example.positions.length));
  const rows = (width: number, fill: number, valueAt: (example: MaskedExample, i: number) => number | undefined) => {
    const data = new BigInt64Array(batch * width);
    examples.forEach((example, b) => {
      for (let i = 0; i < width; i++) data[b * width + i] = BigInt(valueAt(example, i) ?? fill);
    });
    return tensor('int64', [batch, width], data);
  };
  const feeds = {
    input_ids: rows(length, padId, (example, i) => example.inputIds[i]),
    attention_mask: rows(length, 0, (example, i) => (i < example.inputIds.length ? 1 : 0)),
    token_type_ids: rows(length, 0, () => 0),
    label_positions: rows(numLabels, 0, (example, i) => example.positions[i]),
    labels: rows(numLabels, IGNORED_LABEL, (example, i) => example.labels[i]),
  };
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => name === 'labels' || inputs.includes(name)));
}
