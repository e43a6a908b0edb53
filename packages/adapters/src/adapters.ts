import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph } from '@guided-dropout/onnx';
import type { Adapter, FindOptions } from './adapter.js';
import { albert } from './albert/index.js';
import { bert } from './bert/index.js';
import { distilbert } from './distilbert/index.js';
import { electra } from './electra/index.js';
import { gpt2 } from './gpt2/index.js';
import { llama } from './llama/index.js';
import type { LocatedSite } from './located-site.js';
import { roberta } from './roberta/index.js';
import type { Config } from './shared/index.js';
import { t5 } from './t5/index.js';

/** The adapters by the `model_type` of config.json. */
export const adapters: ReadonlyMap<string, Adapter> = new Map(
  [bert, roberta, electra, distilbert, albert, gpt2, t5, llama].flatMap((adapter) =>
    adapter.modelTypes.map((type): [string, Adapter] => [type, adapter]),
  ),
);

/**
 * The adapter for a configuration.
 *
 * @throws GuidedDropoutError `ADAPTER_UNKNOWN` for a `model_type` without one, listing those that have one.
 */
export function adapterFor(config: Config): Adapter {
  const adapter = adapters.get(String(config['model_type']));
  if (adapter !== undefined) return adapter;
  throw new GuidedDropoutError('ADAPTER_UNKNOWN', {
    where: "config.json, field 'model_type'",
    expected: `one of ${[...adapters.keys()].join(', ')}`,
    received: JSON.stringify(config['model_type']) ?? 'none',
    fix: "Confirm the places that findCandidates of '@guided-dropout/adapters/generic' lists.",
  });
}

/**
 * The dropout sites of a graph in the model's order, by the adapter for its configuration and with its rates.
 *
 * @param config the fields of config.json.
 * @throws GuidedDropoutError as {@link adapterFor}; `ADAPTER_NO_MATCH` naming each site that is missing, `ADAPTER_FUSED` for
 * operators that hide sites, `ADAPTER_SITE`, `ADAPTER_RATE`.
 */
export function findSites(graph: Graph, config: Config, options: FindOptions = {}): LocatedSite[] {
  return adapterFor(config).findSites(graph, config, options);
}

/** The rates that a configuration states, by role. @throws GuidedDropoutError as {@link adapterFor}; `ADAPTER_RATE`. */
export function ratesOf(config: Config): Readonly<Record<string, number>> {
  return adapterFor(config).ratesOf(config);
}
