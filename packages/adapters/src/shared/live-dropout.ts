import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph, Node, Tensor } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import type { GraphIndex } from './graph-index.js';

/** ONNX's ratio of a Dropout that states none. */
const DEFAULT_RATIO = 0.5;

/** The Dropout nodes of a graph that drop something: those not known to be in inference mode. */
export function liveDropout(graph: Graph): Node[] {
  return graph.nodes.filter(({ opType, domain, inputs }) => {
    if (opType !== 'Dropout' || domain !== '') return false;
    const training = inputs[2] ? constantOf(graph, inputs[2]) : undefined;
    return Boolean(inputs[2]) && (training === undefined || Number(training.data[0]) !== 0);
  });
}

/** The rate of a Dropout node. @throws GuidedDropoutError `ADAPTER_RATE` where it is computed, or outside [0, 1). */
export function ratioOf(graph: Graph, node: Node): number {
  const ratio = node.inputs[1] ? constantOf(graph, node.inputs[1]) : undefined;
  const rate = ratio === undefined ? DEFAULT_RATIO : Number(ratio.data[0]);
  if ((!node.inputs[1] || ratio !== undefined) && rate >= 0 && rate < 1) return rate;
  throw new GuidedDropoutError('ADAPTER_RATE', {
    where: `Dropout ('${node.name || node.outputs[0]}'), ratio`,
    expected: 'a constant in [0, 1)',
    received: ratio === undefined ? `'${node.inputs[1]}', which is computed or fed` : String(rate),
    fix: 'Export with a constant ratio below 1.',
  });
}

/**
 * Sites at which the graph has a live Dropout already are marked with it; `value` of the sites is a source of the index.
 *
 * @throws GuidedDropoutError `ADAPTER_SITE` for live Dropout nodes at none of the sites, and for two at one.
 */
export function withDropoutNodes(index: GraphIndex, sites: readonly LocatedSite[]): LocatedSite[] {
  const left = new Set(liveDropout(index.graph));
  const marked = sites.map((site): LocatedSite => {
    const nodes = [...left].filter(({ inputs }) => index.source(inputs[0]!) === site.value);
    for (const node of nodes) left.delete(node);
    if (nodes.length > 1) throw misplaced(`site '${site.name}'`, 'one Dropout at most', nodes);
    const [node] = nodes;
    return node === undefined ? site : { ...site, value: node.inputs[0]!, dropoutOutput: node.outputs[0]! };
  });
  if (left.size === 0) return marked;
  throw misplaced(`graph '${index.graph.name}'`, 'a Dropout in training mode only at the sites', [...left]);
}

function misplaced(where: string, expected: string, nodes: readonly Node[]): GuidedDropoutError {
  return new GuidedDropoutError('ADAPTER_SITE', {
    where,
    expected,
    received: nodes.map(({ name, outputs }) => `'${name || outputs[0]}'`).join(', '),
    fix: 'Export in inference mode, or take the Dropout nodes as they are with findDropoutNodes.',
  });
}

function constantOf(graph: Graph, value: string): Tensor | undefined {
  const initializer = graph.initializers.get(value);
  if (initializer !== undefined) return initializer;
  const node = graph.nodes.find(({ outputs }) => outputs.includes(value));
  const attribute = node?.opType === 'Constant' ? node.attributes['value'] : undefined;
  return attribute?.type === 'tensor' ? attribute.value : undefined;
}
