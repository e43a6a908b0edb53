import { GuidedDropoutError } from '@guided-dropout/core';
import { buildModel, type Checkpoint, type Head, type LanguageModel } from '@guided-dropout/models';

/**
 * The model of a checkpoint with the head that it was saved with, or else one that its architecture has and its weights make.
 *
 * @throws GuidedDropoutError `MODEL_*` when no head can be built.
 */
export function modelOfCheckpoint(checkpoint: Checkpoint): LanguageModel {
  /** Weights that a head lacks say more than a head that the architecture lacks. */
  const failures = new Map<string, GuidedDropoutError>();
  for (const head of headsToTry(checkpoint.config)) {
    try {
      return buildModel(checkpoint, head);
    } catch (error) {
      if (!(error instanceof GuidedDropoutError) || !/^MODEL_(HEAD|WEIGHTS)$/.test(error.code)) throw error;
      if (!failures.has(error.code)) failures.set(error.code, error);
    }
  }
  throw failures.get('MODEL_WEIGHTS') ?? failures.get('MODEL_HEAD')!;
}

function headsToTry(config: Readonly<Record<string, unknown>>): Head[] {
  const classification: Head = { type: 'sequence-classification', labels: labelsOf(config), seed: 0 };
  const pretraining: Head[] = [
    { type: 'masked-lm' },
    { type: 'causal-lm' },
    { type: 'seq2seq-lm' },
    { type: 'replaced-token-detection' },
  ];
  const [className] = Array.isArray(config['architectures']) ? (config['architectures'] as unknown[]) : [];
  return String(className).endsWith('ForSequenceClassification')
    ? [classification, ...pretraining]
    : [...pretraining, classification];
}

/** The labels of config.json, or the two that `transformers` takes for granted. */
function labelsOf({ id2label }: Readonly<Record<string, unknown>>): string[] {
  const labels = typeof id2label === 'object' && id2label !== null ? Object.values(id2label).map(String) : [];
  return labels.length > 0 ? labels : ['LABEL_0', 'LABEL_1'];
}
