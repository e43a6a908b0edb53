import type { AcceptabilityExample } from './acceptability.js';

/**
 * The examples as a file in CoLA's form: no header; source, label, `*` on unacceptable sentences, sentence; tab-separated.
 *
 * Every line ends in a line feed.
 */
export function acceptabilityTsv(examples: readonly AcceptabilityExample[]): string {
  return examples
    .map(({ source, label, sentence }) => `${source}\t${label}\t${label ? '' : '*'}\t${sentence}\n`)
    .join('');
}
