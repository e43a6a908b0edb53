import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from './located-site.js';
import type { Family } from './shared/families.js';
import { noMatch } from './shared/model-graph.js';
import type { Config } from './shared/read-rate.js';

/** Which sites to find. */
export interface FindOptions {
  /** Whether to add places where the architecture has no dropout of its own; only Llama's adapter has some. */
  readonly offered?: boolean;
}

/** What one architecture's adapter does. */
export interface Adapter {
  /** The architecture's name, for people. */
  readonly name: string;
  /** The `model_type`s of config.json that it is for. */
  readonly modelTypes: readonly string[];
  /**
   * The rates that a config.json states, by role, with the defaults of `transformers`.
   *
   * @throws GuidedDropoutError `ADAPTER_RATE` when one is not a number in [0, 1).
   */
  ratesOf(config: Config): Readonly<Record<string, number>>;
  /**
   * The dropout sites of a graph of this architecture in the model's order, with the configuration's rates.
   *
   * @throws GuidedDropoutError `ADAPTER_NO_MATCH`, `ADAPTER_FUSED`, `ADAPTER_SITE` or `ADAPTER_RATE`.
   */
  findSites(graph: Graph, config: Config, options?: FindOptions): LocatedSite[];
}

/** What an adapter consists of. */
interface AdapterDefinition<Rates> {
  readonly family: Family;
  readonly modelTypes: readonly string[];
  rates(config: Config): Rates;
  find(graph: Graph, rates: Rates, options: FindOptions): LocatedSite[];
  /** How many sites of the base model the configuration makes; undefined where it does not say. */
  countSites(config: Config): number | undefined;
}

/** The adapter that a definition makes: it also compares the number of sites with the configuration. */
export function defineAdapter<Rates extends { readonly [Role in keyof Rates]: number }>(
  definition: AdapterDefinition<Rates>,
): Adapter {
  const { family, modelTypes } = definition;
  return {
    name: family.name,
    modelTypes,
    ratesOf: (config) => ({ ...definition.rates(config) }),
    findSites(graph, config, options = {}) {
      const sites = definition.find(graph, definition.rates(config), options);
      const count = sites.filter(({ part, offered }) => part === 'base' && !offered).length;
      const expected = definition.countSites(config);
      if (expected === undefined || expected === count) return sites;
      throw noMatch(family, `graph '${graph.name}'`, `${expected} sites, by its configuration`, String(count));
    },
  };
}
