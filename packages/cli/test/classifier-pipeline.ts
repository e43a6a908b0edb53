import { buildModel, loadCheckpoint } from '@guided-dropout/models';
import { Classifier } from '@guided-dropout/trainer';
import { env, pipeline } from '@huggingface/transformers';

/** Scores by label, adding up to 1. */
type Scores = Readonly<Record<string, number>>;

/** A fine-tuned folder as `@huggingface/transformers` loads it. */
export interface ClassifierPipeline {
  scores(text: string): Promise<Scores>;
  /** The token ids it gives the model. */
  ids(text: string): number[];
}

/** Loads a fine-tuned folder as a user of transformers.js does; nothing is downloaded. */
export async function classifierPipeline(folder: string): Promise<ClassifierPipeline> {
  env.allowRemoteModels = false;
  const classify = await pipeline('text-classification', folder, { local_files_only: true });
  return {
    async scores(text) {
      const labelled = (await classify(text, { top_k: null })) as unknown as { label: string; score: number }[];
      return Object.fromEntries(labelled.map(({ label, score }) => [label, score]));
    },
    ids(text) {
      // As the pipeline calls it.
      const { input_ids } = classify.tokenizer(text, { padding: true, truncation: true }) as {
        input_ids: { data: BigInt64Array };
      };
      return Array.from(input_ids.data, Number);
    },
  };
}

/** The same scores from model.safetensors by this project's own graph: the softmax of the classifier's logits. */
export async function scoresOf(
  folder: string,
  ids: (text: string) => number[],
): Promise<{ scores(text: string): Promise<Scores>; release(): Promise<void> }> {
  const checkpoint = await loadCheckpoint(folder);
  const labels = Object.values(checkpoint.config['id2label'] as Record<string, string>);
  const { graph, parameters } = buildModel(checkpoint, { type: 'sequence-classification', labels, seed: 0 });
  const classifier = await Classifier.create(graph, parameters, labels.length, 0);
  return {
    async scores(text) {
      const [logits] = await classifier.logits(Object.fromEntries(checkpoint.weights), [
        { inputIds: ids(text), label: 0 },
      ]);
      const exponentials = Array.from(logits!, Math.exp);
      const total = exponentials.reduce((sum, value) => sum + value, 0);
      return Object.fromEntries(labels.map((label, i) => [label, exponentials[i]! / total]));
    },
    release: () => classifier.release(),
  };
}
