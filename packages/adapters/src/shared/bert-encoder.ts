import { affine } from './affine.js';
import { attentionProbabilities } from './attention.js';
import { linearLayer } from './linear.js';
import { normalisation } from './normalisation.js';
import { readRate, type Config } from './read-rate.js';
import { postNormBranch } from './residual.js';
import type { SiteCollector } from './site-collector.js';

/** The rates of an encoder of BERT's kind, from its config.json. */
export interface EncoderRates {
  /** Of embeddings and residual branches, in [0, 1). */
  readonly hidden: number;
  /** Of attention probabilities, in [0, 1). */
  readonly attention: number;
  /** Of a classifier's input, in [0, 1). */
  readonly classifier: number;
}

/** `hidden_dropout_prob`, `attention_probs_dropout_prob` and `classifier_dropout`, else that of the hidden layers. */
export function encoderRates(config: Config): EncoderRates {
  const hidden = readRate(config, 'hidden_dropout_prob', 0.1);
  return {
    hidden,
    attention: readRate(config, 'attention_probs_dropout_prob', 0.1),
    classifier: readRate(config, 'classifier_dropout', hidden),
  };
}

/** The normalised embeddings, `embeddings.dropout`, scored by the tables and their LayerNorm. */
export function addEmbeddingsSite(sites: SiteCollector, rate: number, tables: readonly string[]): void {
  const parameters = [...tables.map((table) => `embeddings.${table}.weight`), ...affine('embeddings.LayerNorm')];
  sites.base(
    { name: 'embeddings.dropout', rate, parameters },
    () => normalisation(sites.model, 'embeddings.LayerNorm').output,
  );
}

/**
 * The 1 + 3L sites that BERT, RoBERTa and ELECTRA have alike. Scoring groups are those of Sharma et al. (2024):
 * embeddings 5 tensors, self-attention 6, the two outputs 4 each.
 */
export function addBertEncoderSites(sites: SiteCollector, rates: EncoderRates): void {
  const { model } = sites;
  addEmbeddingsSite(sites, rates.hidden, ['word_embeddings', 'position_embeddings', 'token_type_embeddings']);
  for (const layer of model.modules('encoder.layer')) {
    const self = `${layer}.attention.self`;
    const [query, key, value] = ['query', 'key', 'value'].map((name) => `${self}.${name}`) as [string, string, string];
    sites.base(
      { name: `${self}.dropout`, rate: rates.attention, parameters: [query, key, value].flatMap(affine) },
      () => attentionProbabilities(model, linearLayer(model, `${layer}.attention.output.dense`), { query, key, value }),
    );
    for (const output of [`${layer}.attention.output`, `${layer}.output`]) {
      const [dense, norm] = [`${output}.dense`, `${output}.LayerNorm`];
      sites.base(
        { name: `${output}.dropout`, rate: rates.hidden, parameters: [...affine(dense), ...affine(norm)] },
        () => postNormBranch(model, linearLayer(model, dense), normalisation(model, norm)),
      );
    }
  }
}
