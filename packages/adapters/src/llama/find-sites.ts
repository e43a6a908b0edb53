import type { Graph } from '@guided-dropout/onnx';
import type { FindOptions } from '../adapter.js';
import type { LocatedSite } from '../located-site.js';
import {
  attentionProbabilities,
  families,
  linearLayer,
  ModelGraph,
  normalisation,
  optionallyBiased,
  preNormBranch,
  SiteCollector,
} from '../shared/index.js';
import type { LlamaRates } from './rates.js';

/**
 * The dropout sites of a Llama-style decoder in the model's order: `self_attn.attention_dropout` per layer, by the
 * attribute that holds its rate in `transformers`, for there is no module.
 *
 * With `offered`, also where GPT-2 has dropout and Llama has none, at rate 0: `self_attn.residual_dropout` and
 * `mlp.residual_dropout`, the ends of the two residual branches; names that `transformers` does not know.
 *
 * Scoring groups are the same with and without them, as if all were there.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findLlamaSites(graph: Graph, rates: LlamaRates, { offered = false }: FindOptions = {}): LocatedSite[] {
  const model = ModelGraph.of(families.llama, graph);
  const sites = new SiteCollector(model);
  const parametersOf = (modules: readonly string[]): string[] =>
    modules.flatMap((module) => optionallyBiased(model, module));
  for (const layer of model.modules('layers')) {
    const [query, key, value, output] = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].map(
      (name) => `${layer}.self_attn.${name}`,
    ) as [string, string, string, string];
    const [first, second] = [`${layer}.input_layernorm`, `${layer}.post_attention_layernorm`];
    const inner = ['gate_proj', 'up_proj', 'down_proj'].map((name) => `${layer}.mlp.${name}`);
    sites.base(
      {
        name: `${layer}.self_attn.attention_dropout`,
        rate: rates.attention,
        parameters: parametersOf([first, query, key, value]),
      },
      () => attentionProbabilities(model, linearLayer(model, output), { query, key, value }),
    );
    if (!offered) continue;
    const offer = (name: string, parameters: readonly string[], projection: string, norm: string): void =>
      sites.base({ name, rate: 0, parameters, offered }, () =>
        preNormBranch(model, linearLayer(model, projection), normalisation(model, norm)),
      );
    offer(`${layer}.self_attn.residual_dropout`, parametersOf([output]), output, first);
    offer(`${layer}.mlp.residual_dropout`, parametersOf([second, ...inner]), inner[2]!, second);
  }
  return sites.finish();
}
