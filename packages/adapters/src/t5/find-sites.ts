import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import { addTwoLayerHeadSites, families, ModelGraph, SiteCollector } from '../shared/index.js';
import type { T5Rates } from './rates.js';
import { addStackSites } from './stack-sites.js';

/**
 * The dropout sites of a T5 1.0 or 1.1 in the model's order, first the encoder's, then the decoder's: each stack's own at
 * its entry and its exit, 4 per encoder block and 6 per decoder block; last, where the graph has a sequence classifier,
 * the two applications of its dropout (part `head`).
 *
 * Attention weights have no module in `transformers`: their sites are named by the attribute that holds the rate,
 * `….SelfAttention.dropout` and `….EncDecAttention.dropout`.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findT5Sites(graph: Graph, rates: T5Rates): LocatedSite[] {
  const sites = new SiteCollector(ModelGraph.of(families.t5, graph));
  addStackSites(sites, 'encoder', rates.hidden);
  addStackSites(sites, 'decoder', rates.hidden);
  addTwoLayerHeadSites(sites, 'classification_head', rates.classifier);
  return sites.finish();
}
