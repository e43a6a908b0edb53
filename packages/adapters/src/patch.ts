import { GuidedDropoutError, Random } from '@guided-dropout/core';
import { GraphBuilder, valuesReadBy, type Graph, type NoiseEmitter } from '@guided-dropout/onnx';
import { bernoulliNoise } from './bernoulli-noise.js';
import type { LocatedSite } from './located-site.js';

/** How noise is put in. */
export interface PatchOptions {
  /** Seeds the noise of all sites; each site draws its own sequence. */
  readonly seed: number;
  /** The noise of sites of the base model; Bernoulli dropout unless given. Heads always keep Bernoulli dropout. */
  readonly noise?: NoiseEmitter | undefined;
}

/** A site with noise. */
export interface PatchedSite {
  readonly name: string;
  /** The graph input that holds its rate: a float32 scalar in [0, 1). */
  readonly rateInput: string;
  /** The rate to begin with: the one the model was published with. */
  readonly rate: number;
  readonly part: LocatedSite['part'];
}

/** A graph of training: as before, with noise at its sites. */
export interface PatchedGraph {
  readonly graph: Graph;
  /** The sites in the order given; `DropoutRates` of the trainer package takes them as they are. */
  readonly sites: readonly PatchedSite[];
}

/** The graph input for the rate of a site. */
export function rateInputName(site: string): string {
  return `dropout_rate:${site}`;
}

/**
 * Puts noise with a rate input of its own at every site: each reader of the site's value reads the noisy one.
 *
 * @throws GuidedDropoutError `ADAPTER_SITE` when a site's value is not computed by the graph, named twice, or read where
 * it cannot be replaced: by a subgraph, or as an output of the graph.
 */
export function patchDropout(graph: Graph, sites: readonly LocatedSite[], options: PatchOptions): PatchedGraph {
  const byValue = new Map(sites.map((site) => [site.value, site]));
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const misplaced = sites.find((site) => !computed.has(site.value));
  if (misplaced || byValue.size !== sites.length) {
    throw new GuidedDropoutError('ADAPTER_SITE', {
      where: misplaced ? `site '${misplaced.name}'` : 'patchDropout(sites)',
      expected: 'a different computed value of this graph for every site',
      received: misplaced ? `'${misplaced.value}'` : 'two sites at one value',
      fix: 'Find the sites in the same graph that is patched.',
    });
  }
  for (const site of sites) assertReplaceable(graph, site);
  const random = new Random(options.seed);
  const builder = new GraphBuilder(graph.name);
  for (const input of graph.inputs) builder.declare(input);
  for (const [name, value] of graph.initializers) builder.initializer(name, value);
  for (const { name } of sites) builder.input(rateInputName(name), 'float32', []);
  const noisy = new Map<string, string>();
  for (const node of graph.nodes) {
    builder.append({ ...node, inputs: node.inputs.map((value) => noisy.get(value) ?? value) });
    for (const value of node.outputs) {
      const site = byValue.get(value);
      if (site === undefined) continue;
      const emit = site.part === 'base' ? (options.noise ?? bernoulliNoise) : bernoulliNoise;
      const seed = random.fork(site.name).integer(2 ** 31);
      noisy.set(
        value,
        builder.scope(site.name, () => emit(builder, value, rateInputName(site.name), seed)),
      );
    }
  }
  for (const output of graph.outputs) builder.declareOutput(output);
  const patchedSites = sites.map(({ name, defaultRate, part }) => ({
    name,
    rateInput: rateInputName(name),
    rate: defaultRate,
    part,
  }));
  return { graph: builder.build(), sites: patchedSites };
}

function assertReplaceable(graph: Graph, { name, value }: LocatedSite): void {
  const hidden = graph.nodes.find((node) => valuesReadBy(node).includes(value) && !node.inputs.includes(value));
  const isOutput = graph.outputs.some((output) => output.name === value);
  if (hidden === undefined && !isOutput) return;
  throw new GuidedDropoutError('ADAPTER_SITE', {
    where: `site '${name}'`,
    expected: `a value that only nodes of the graph itself read`,
    received: hidden
      ? `'${value}', read inside ${hidden.opType} '${hidden.name}'`
      : `'${value}', an output of the graph`,
    fix: hidden ? 'Flatten the control flow first.' : 'Give the output another name through an Identity.',
  });
}
