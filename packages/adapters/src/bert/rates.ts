import { GuidedDropoutError } from '@guided-dropout/core';
import type { BertRates } from './find-sites.js';

/**
 * The dropout rates that a BERT's config.json states; `transformers`' default of 0.1 where it is silent.
 *
 * @throws GuidedDropoutError `ADAPTER_RATE` when one is not a number in [0, 1).
 */
export function bertRates(config: Readonly<Record<string, unknown>>): BertRates {
  const rate = (field: string, otherwise: number): number => {
    const value = config[field] ?? otherwise;
    if (typeof value === 'number' && value >= 0 && value < 1) return value;
    throw new GuidedDropoutError('ADAPTER_RATE', {
      where: `config.json, field '${field}'`,
      expected: 'a rate in [0, 1)',
      received: JSON.stringify(value),
      fix: 'Correct the field.',
    });
  };
  const hidden = rate('hidden_dropout_prob', 0.1);
  return {
    hidden,
    attention: rate('attention_probs_dropout_prob', 0.1),
    classifier: rate('classifier_dropout', hidden),
  };
}
