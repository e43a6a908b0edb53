import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import { families, findTwoLayerHeadEncoderSites, type EncoderRates } from '../shared/index.js';

/**
 * The dropout sites of an ELECTRA in the model's order: the 1 + 3L of a BERT, and where the graph has a sequence classifier its
 * dropout, which is applied twice: `classifier.dropout@0` and `@1` (part `head`).
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findElectraSites(graph: Graph, rates: EncoderRates): LocatedSite[] {
  return findTwoLayerHeadEncoderSites(families.electra, graph, rates);
}
