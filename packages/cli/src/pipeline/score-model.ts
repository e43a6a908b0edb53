import { bertRates, findBertSites } from '@guided-dropout/adapters/bert';
import { GuidedDropoutError, type LayerScores, type ProgressListener } from '@guided-dropout/core';
import { estimateFisher, layerScores, type FisherEstimate } from '@guided-dropout/fisher';
import { buildModel, type Checkpoint, type LanguageModel } from '@guided-dropout/models';
import type { LocatedSite } from '@guided-dropout/adapters';
import { Tokenizer } from './tokenizer.js';

/** What to score a masked language model on. */
export interface ScoreOptions {
  readonly checkpoint: Checkpoint;
  readonly examples: readonly string[];
  readonly seed: number;
  /** Longer texts are cut; at most what the model takes. */
  readonly maxLength: number;
  readonly reduction?: 'mean' | 'sum';
  readonly batchSize?: number;
  readonly onProgress?: ProgressListener;
}

/** Fisher information of a masked language model. */
export interface ModelFisher {
  readonly model: LanguageModel;
  readonly estimate: FisherEstimate;
  /** Examples that were cut to the longest length. */
  readonly numTruncated: number;
}

/**
 * Estimates the Fisher information of every parameter of a checkpoint by its masked-LM objective.
 *
 * @throws GuidedDropoutError for whatever is wrong with the checkpoint, the tokenizer or the texts.
 */
export async function scoreModel(options: ScoreOptions): Promise<ModelFisher> {
  const { checkpoint, seed } = options;
  const model = buildModel(checkpoint, { type: 'masked-lm', labelledPositionsOnly: true });
  const tokenizer = await Tokenizer.load(checkpoint.folder, model.vocabularySize);
  const { padId, maskId, specialIds } = tokenizer;
  if (maskId === undefined) {
    throw new GuidedDropoutError('TOKENIZER_MASK', {
      where: tokenizer.folder,
      expected: 'a tokenizer with a mask token, for the masked-LM objective',
      received: 'none',
      fix: 'Use the tokenizer that the checkpoint was pretrained with.',
    });
  }
  const maxLength = Math.min(options.maxLength, model.maxLength);
  const encoded = options.examples.map((text) => tokenizer.encode(text, undefined, maxLength));
  const estimate = await estimateFisher({
    graph: model.graph,
    parameters: model.parameters,
    examples: encoded.map(({ inputIds }) => inputIds),
    vocabulary: { size: model.vocabularySize, maskId, specialIds, padId },
    seed,
    ...(options.reduction && { reduction: options.reduction }),
    ...(options.batchSize !== undefined && { batchSize: options.batchSize }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  return { model, estimate, numTruncated: encoded.filter(({ truncated }) => truncated).length };
}

/** The dropout sites of a model with the rates its configuration states. */
export function sitesOf(model: LanguageModel): LocatedSite[] {
  return findBertSites(model.graph, bertRates(model.config));
}

/** One score per dropout site of the base model. */
export function siteScores(model: LanguageModel, diagonal: ReadonlyMap<string, ArrayLike<number>>): LayerScores {
  return layerScores(
    diagonal,
    sitesOf(model).filter((site) => site.part === 'base'),
  );
}
