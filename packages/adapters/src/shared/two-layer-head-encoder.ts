import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import { addBertEncoderSites, type EncoderRates } from './bert-encoder.js';
import { addClassifierSite, addTwoLayerHeadSites } from './classifier-sites.js';
import { ModelGraph } from './model-graph.js';
import { SiteCollector } from './site-collector.js';

/**
 * The sites of an encoder of BERT's kind whose sequence classifier has two layers, with dropout before each; a `classifier`
 * of one layer classifies tokens.
 */
export function findTwoLayerHeadEncoderSites(
  family: Parameters<typeof ModelGraph.of>[0],
  graph: Graph,
  rates: EncoderRates,
): LocatedSite[] {
  const sites = new SiteCollector(ModelGraph.of(family, graph));
  addBertEncoderSites(sites, rates);
  if (sites.model.withHead.find('classifier.weight') !== undefined) addClassifierSite(sites, rates.classifier);
  else addTwoLayerHeadSites(sites, 'classifier', rates.classifier);
  return sites.finish();
}
