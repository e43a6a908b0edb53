import type { LanguageModel } from '@guided-dropout/models';
import type { Tokenizer } from './tokenizer.js';

/**
 * The id that batches are padded with: config.json's, by which RoBERTa counts positions and decoders find the last token
 * of a text; else the tokenizer's. Padding is masked, so that for other models any id would do.
 */
export function padIdOf(
  model: Pick<LanguageModel, 'config' | 'vocabularySize'>,
  tokenizer: Pick<Tokenizer, 'padId'>,
): number {
  const id = model.config['pad_token_id'];
  return typeof id === 'number' && id >= 0 && id < model.vocabularySize ? id : tokenizer.padId;
}
