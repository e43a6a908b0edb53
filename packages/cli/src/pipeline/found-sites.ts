import { adapters, findDropoutNodes, type LocatedSite } from '@guided-dropout/adapters';
import { findCandidates, type Candidate } from '@guided-dropout/adapters/generic';
import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph, Node } from '@guided-dropout/onnx';

/** A dropout site, or what may be one, and how it was found. */
export interface FoundSite extends LocatedSite {
  /** By the adapter of the architecture; as a Dropout node in training mode; or, to be confirmed, by a pattern. */
  readonly origin: 'adapter' | 'dropout-node' | 'pattern';
  /** What the pattern is. */
  readonly kind?: Candidate['kind'];
}

/** The dropout sites of a graph. */
export interface FoundSites {
  /** The architecture whose adapter found them; undefined where none was asked. */
  readonly architecture: string | undefined;
  /** In the model's order; those that an adapter offers are among them. */
  readonly sites: readonly FoundSite[];
}

type Config = Readonly<Record<string, unknown>>;

/** Whether there is an adapter for a configuration. */
export function isKnown(config: Config | undefined): config is Config {
  return config !== undefined && adapters.has(String(config['model_type']));
}

/**
 * The sites that the adapter of the configuration's architecture finds, at the rates that the configuration states, or that
 * of the Dropout node at the site; or else the graph's Dropout nodes and the places that look like sites.
 *
 * @throws GuidedDropoutError `ADAPTER_*`.
 */
export function foundSites(graph: Graph, config: Config | undefined): FoundSites {
  if (!isKnown(config)) return { architecture: undefined, sites: sitesByPattern(graph) };
  const adapter = adapters.get(String(config['model_type']))!;
  const sites = adapter.findSites(graph, config, { offered: true });
  const rates = sites.some(({ dropoutOutput }) => dropoutOutput !== undefined) ? ratesOfNodes(graph) : undefined;
  return {
    architecture: adapter.name,
    sites: sites.map((site) => ({
      ...site,
      defaultRate: rates?.get(site.dropoutOutput) ?? site.defaultRate,
      origin: 'adapter',
    })),
  };
}

/** The architectures whose adapters find all their sites, and so whose config.json may be what is missing. */
export function resembledBy(graph: Graph): string[] {
  return [...new Set(adapters.values())]
    .filter((adapter) => {
      try {
        return adapter.findSites(graph, {}).length > 0;
      } catch (error) {
        if (error instanceof GuidedDropoutError) return false;
        throw error;
      }
    })
    .map(({ name }) => name);
}

function ratesOfNodes(graph: Graph): ReadonlyMap<string | undefined, number> {
  return new Map(findDropoutNodes(graph).map(({ dropoutOutput, defaultRate }) => [dropoutOutput, defaultRate]));
}

function sitesByPattern(graph: Graph): FoundSite[] {
  const present = findDropoutNodes(graph).map((site): FoundSite => ({ ...site, origin: 'dropout-node' }));
  const taken = new Set(present.map(({ value }) => sourceOf(graph, value)));
  const candidates = findCandidates(withoutDropout(graph))
    .filter(({ value }) => !taken.has(value))
    .map(({ node: _node, ...candidate }): FoundSite => ({ ...candidate, origin: 'pattern' }));
  const order = new Map(graph.nodes.flatMap(({ outputs }, i) => outputs.map((output) => [output, i])));
  return [...present, ...candidates].toSorted((a, b) => order.get(a.value)! - order.get(b.value)!);
}

/** The graph with its Dropout nodes in inference mode: they are sites already, wherever they are. */
function withoutDropout(graph: Graph): Graph {
  const inactive = (node: Node): Node =>
    node.opType === 'Dropout' && node.domain === '' ? { ...node, inputs: node.inputs.slice(0, 1) } : node;
  return { ...graph, nodes: graph.nodes.map(inactive) };
}

/** The value before it passed through casts and copies. */
function sourceOf(graph: Graph, value: string): string {
  const producer = graph.nodes.find(({ outputs }) => outputs[0] === value);
  const isCopy = producer?.domain === '' && (producer.opType === 'Identity' || producer.opType === 'Cast');
  return isCopy ? sourceOf(graph, producer.inputs[0]!) : value;
}
