import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import {
  addBertEncoderSites,
  addClassifierSite,
  families,
  ModelGraph,
  SiteCollector,
  type EncoderRates,
} from '../shared/index.js';

/**
 * The dropout sites of a BERT in the model's order: `embeddings.dropout`, then per layer `attention.self.dropout`,
 * `attention.output.dropout` and `output.dropout`: 1 + 3L, 37 for BERT-base; last, where the graph has a sequence
 * classifier, its own `dropout` (part `head`).
 *
 * Sites are found by what the graph computes around the named parameters, never by node names. Scoring groups are
 * those of Sharma et al. (2024): embeddings 5 tensors, self-attention 6, the two outputs 4 each.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findBertSites(graph: Graph, rates: EncoderRates): LocatedSite[] {
  const sites = new SiteCollector(ModelGraph.of(families.bert, graph));
  addBertEncoderSites(sites, rates);
  addClassifierSite(sites, rates.classifier);
  return sites.finish();
}
