import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import {
  addClassifierSite,
  addEmbeddingsSite,
  affine,
  attentionProbabilities,
  families,
  linearLayer,
  ModelGraph,
  normalisation,
  postNormBranch,
  SiteCollector,
  type EncoderRates,
} from '../shared/index.js';

/**
 * The dropout sites of a DistilBERT in the model's order: `embeddings.dropout`, then per layer `attention.dropout` on the
 * attention probabilities and `ffn.dropout`: 1 + 2L, for attention's output has none; last, where the graph has a
 * sequence classifier, its own `dropout` (part `head`).
 *
 * Scoring groups are those of a BERT at the same places, where the network is BERT's.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findDistilBertSites(graph: Graph, rates: EncoderRates): LocatedSite[] {
  const model = ModelGraph.of(families.distilbert, graph);
  const sites = new SiteCollector(model);
  addEmbeddingsSite(sites, rates.hidden, ['word_embeddings', 'position_embeddings']);
  for (const layer of model.modules('transformer.layer')) {
    const attention = `${layer}.attention`;
    const [query, key, value] = ['q_lin', 'k_lin', 'v_lin'].map((name) => `${attention}.${name}`) as [
      string,
      string,
      string,
    ];
    sites.base(
      { name: `${attention}.dropout`, rate: rates.attention, parameters: [query, key, value].flatMap(affine) },
      () => attentionProbabilities(model, linearLayer(model, `${attention}.out_lin`), { query, key, value }),
    );
    const [dense, norm] = [`${layer}.ffn.lin2`, `${layer}.output_layer_norm`];
    sites.base(
      { name: `${layer}.ffn.dropout`, rate: rates.hidden, parameters: [...affine(dense), ...affine(norm)] },
      () => postNormBranch(model, linearLayer(model, dense), normalisation(model, norm)),
    );
  }
  // A classifier of tokens has no layer in front, and the hidden layers' rate.
  addClassifierSite(sites, model.withHead.has('pre_classifier') ? rates.classifier : rates.hidden);
  return sites.finish();
}
