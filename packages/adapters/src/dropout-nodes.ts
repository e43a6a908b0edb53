import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from './located-site.js';
import { GraphIndex, liveDropout, ratioOf } from './shared/index.js';
import { groupsBetween } from './generic/scoring-groups.js';
import { distinct, modulePath } from './generic/names.js';

/**
 * The Dropout nodes in training mode that a graph has, as sites to be patched: each with its ratio as default rate, named
 * by its node's path and scored by the parameters used between the site before and this one.
 *
 * For a graph of a known architecture `findSites` finds the same nodes under the architecture's names.
 *
 * @throws GuidedDropoutError `ADAPTER_RATE` for a ratio that is not a constant in [0, 1).
 */
export function findDropoutNodes(graph: Graph): LocatedSite[] {
  const nodes = liveDropout(graph);
  const names = distinct(nodes.map((node) => modulePath(node)));
  const groups = groupsBetween(new GraphIndex(graph), nodes);
  return nodes.map((node, i) => ({
    name: names[i]!,
    value: node.inputs[0]!,
    dropoutOutput: node.outputs[0]!,
    part: 'base',
    defaultRate: ratioOf(graph, node),
    parameters: groups[i]!,
  }));
}
