import { findSites, type LocatedSite } from '@guided-dropout/adapters';
import { GuidedDropoutError, type LayerScores, type ProgressListener } from '@guided-dropout/core';
import { estimateFisher, layerScores, type FisherEstimate } from '@guided-dropout/fisher';
import type { Checkpoint, LanguageModel } from '@guided-dropout/models';
import { maskedLanguageModel } from './masked-language-model.js';
import { padIdOf } from './pad-id.js';
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
 * @throws GuidedDropoutError `FISHER_OBJECTIVE` for a model without a masked-LM head, `TOKENIZER_MASK` for a tokenizer
 * without a mask token, and for whatever else is wrong with the checkpoint, the tokenizer or the texts.
 */
export async function scoreModel(options: ScoreOptions): Promise<ModelFisher> {
  const { checkpoint, seed } = options;
  const model = maskedLanguageModel(checkpoint);
  const tokenizer = await Tokenizer.load(checkpoint.folder, model.vocabularySize);
  const { maskId, specialIds } = tokenizer;
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
    vocabulary: { size: model.vocabularySize, maskId, specialIds, padId: padIdOf(model, tokenizer) },
    seed,
    ...(options.reduction && { reduction: options.reduction }),
    ...(options.batchSize !== undefined && { batchSize: options.batchSize }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  return { model, estimate, numTruncated: encoded.filter(({ truncated }) => truncated).length };
}

/** The dropout sites of a model with the rates its configuration states. */
export function sitesOf(model: LanguageModel): LocatedSite[] {
  return findSites(model.graph, model.config);
}

/** One score per dropout site of the base model. */
export function siteScores(model: LanguageModel, diagonal: ReadonlyMap<string, ArrayLike<number>>): LayerScores {
  return layerScores(
    diagonal,
    sitesOf(model).filter((site) => site.part === 'base'),
  );
}
