import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import {
  affine,
  attentionProbabilities,
  families,
  linearLayer,
  ModelGraph,
  normalisation,
  preNormBranch,
  SiteCollector,
} from '../shared/index.js';
import type { Gpt2Rates } from './rates.js';

/**
 * The dropout sites of a GPT-2 in the model's order: `drop` on the embeddings, then per layer `attn.attn_dropout`,
 * `attn.resid_dropout` and `mlp.dropout`: 1 + 3L. Its classification head has none.
 *
 * A scoring group is what is used between the previous site and this one, so that all parameters but `ln_f` are in one.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findGpt2Sites(graph: Graph, rates: Gpt2Rates): LocatedSite[] {
  const model = ModelGraph.of(families.gpt2, graph);
  const sites = new SiteCollector(model);
  sites.base(
    { name: 'drop', rate: rates.embeddings, parameters: ['wte.weight', 'wpe.weight'] },
    () => normalisation(model, 'h.0.ln_1').input,
  );
  for (const block of model.modules('h')) {
    const [joint, projection] = [`${block}.attn.c_attn`, `${block}.attn.c_proj`];
    const [inner, outer] = [`${block}.mlp.c_fc`, `${block}.mlp.c_proj`];
    const [first, second] = [`${block}.ln_1`, `${block}.ln_2`];
    sites.base(
      {
        name: `${block}.attn.attn_dropout`,
        rate: rates.attention,
        parameters: [...affine(first), ...affine(joint)],
      },
      () => attentionProbabilities(model, linearLayer(model, projection), { query: joint, key: joint, value: joint }),
    );
    sites.base({ name: `${block}.attn.resid_dropout`, rate: rates.residual, parameters: affine(projection) }, () =>
      preNormBranch(model, linearLayer(model, projection), normalisation(model, first)),
    );
    sites.base(
      {
        name: `${block}.mlp.dropout`,
        rate: rates.residual,
        parameters: [...affine(second), ...affine(inner), ...affine(outer)],
      },
      () => preNormBranch(model, linearLayer(model, outer), normalisation(model, second)),
    );
  }
  return sites.finish();
}
