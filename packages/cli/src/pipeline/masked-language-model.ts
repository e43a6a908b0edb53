import { join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { buildModel, type Checkpoint, type LanguageModel } from '@guided-dropout/models';

/**
 * A checkpoint as the masked language model that Fisher information is estimated of; it decodes labelled positions only.
 *
 * @throws GuidedDropoutError `FISHER_OBJECTIVE` for an architecture without a masked-LM head and for ELECTRA's
 * discriminators, `MODEL_*` as `buildModel`.
 */
export function maskedLanguageModel(checkpoint: Checkpoint): LanguageModel {
  try {
    return buildModel(checkpoint, { type: 'masked-lm', labelledPositionsOnly: true });
  } catch (error) {
    const received = otherObjective(checkpoint, error);
    if (received === undefined) throw error;
    throw new GuidedDropoutError(
      'FISHER_OBJECTIVE',
      {
        where: join(checkpoint.folder, 'config.json'),
        expected: 'an encoder with a masked-LM head, as masked language modelling (mlm) is the only objective so far',
        received,
        fix: 'Score an encoder (BERT, RoBERTa, DistilBERT, ALBERT, ELECTRA generator); objectives of other models are to come.',
      },
      { cause: error },
    );
  }
}

/** What a checkpoint is whose pretraining objective is another; undefined for one that should have a masked-LM head. */
function otherObjective({ modelType, weights }: Checkpoint, error: unknown): string | undefined {
  if (!(error instanceof GuidedDropoutError)) return undefined;
  if (error.code === 'MODEL_HEAD') return `model_type '${modelType}'`;
  const isGenerator = [...weights.keys()].some((name) => name.startsWith('generator_predictions.'));
  return modelType === 'electra' && !isGenerator ? "ELECTRA's discriminator, which has none" : undefined;
}
