import { collateMasked, type MaskedExample } from '@guided-dropout/fisher';
import { initializersToInputs, type Graph, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import type { MaskedPosition } from '@guided-dropout/tiny-english';
import { inBatches } from '@guided-dropout/trainer';

/**
 * The share of masked words a masked LM predicts, one word masked at a time, as the bigram model is asked.
 *
 * @param graph decodes labelled positions only.
 * @param encoded token ids of each sentence, `[CLS]` first.
 */
export async function bertAccuracy(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  encoded: readonly (readonly number[])[],
  positions: readonly MaskedPosition[],
  ids: { readonly maskId: number; readonly padId: number },
): Promise<number> {
  const questions: MaskedExample[] = positions.map(({ sentence, position }) => {
    const inputIds = [...encoded[sentence]!];
    const label = inputIds[position + 1]!;
    inputIds[position + 1] = ids.maskId;
    return { inputIds, positions: [position + 1], labels: [label] };
  });
  const session = await Session.create(initializersToInputs(graph, weights.keys()).graph);
  let right = 0;
  try {
    const byLength = questions.toSorted((a, b) => a.inputIds.length - b.inputIds.length);
    for (const batch of inBatches(byLength, 64)) {
      const { labels: _, ...feeds } = collateMasked(batch, ids.padId);
      const { logits } = await session.run({ ...feeds, ...Object.fromEntries(weights) });
      const vocabularySize = logits!.dims[2]!;
      batch.forEach(({ labels }, b) => {
        const row = (logits!.data as Float32Array).subarray(b * vocabularySize, (b + 1) * vocabularySize);
        if (row.indexOf(Math.max(...row)) === labels[0]) right++;
      });
    }
  } finally {
    await session.release();
  }
  return right / questions.length;
}
