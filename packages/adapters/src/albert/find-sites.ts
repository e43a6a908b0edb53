import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import {
  addClassifierSite,
  addEmbeddingsSite,
  affine,
  applied,
  attentionProbabilities,
  families,
  linearLayers,
  ModelGraph,
  normalisations,
  postNormBranch,
  productsWith,
  SiteCollector,
  type EncoderRates,
} from '../shared/index.js';

/**
 * The dropout sites of an ALBERT in the model's order: `embeddings.dropout`, then per layer that is applied
 * `attention.attention_dropout@k` and `attention.output_dropout@k`, 1 + 2L; last, where the graph has a sequence
 * classifier, its own `dropout` (part `head`).
 *
 * Layers share their modules, so a site is the k-th application of one, counted from 0 per module. Here each has a rate
 * of its own; in Python the module has one for all. Parameters are shared as well, and so scores of one kind tie.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming each site that is missing and what was looked for.
 */
export function findAlbertSites(graph: Graph, rates: EncoderRates): LocatedSite[] {
  const model = ModelGraph.of(families.albert, graph);
  const sites = new SiteCollector(model);
  addEmbeddingsSite(sites, rates.hidden, ['word_embeddings', 'position_embeddings', 'token_type_embeddings']);
  for (const { attention, application } of attentionsOf(model)) {
    const [query, key, value, dense, norm] = ['query', 'key', 'value', 'dense', 'LayerNorm'].map(
      (name) => `${attention}.${name}`,
    ) as [string, string, string, string, string];
    sites.base(
      {
        name: applied(`${attention}.attention_dropout`, application),
        rate: rates.attention,
        parameters: [query, key, value].flatMap(affine),
      },
      () => attentionProbabilities(model, linearLayers(model, dense)[application]!, { query, key, value }),
    );
    sites.base(
      {
        name: applied(`${attention}.output_dropout`, application),
        rate: rates.hidden,
        parameters: [...affine(dense), ...affine(norm)],
      },
      () => postNormBranch(model, linearLayers(model, dense)[application]!, normalisations(model, norm)[application]!),
    );
  }
  addClassifierSite(sites, rates.classifier);
  return sites.finish();
}

/** One application of an attention module. */
interface Application {
  readonly attention: string;
  readonly application: number;
}

/** The applications of all attention modules in the order in which the graph has their output projections. */
function attentionsOf(model: ModelGraph): Application[] {
  const modules = model
    .modules('encoder.albert_layer_groups')
    .flatMap((group) => model.modules(`${group}.albert_layers`))
    .map((layer) => `${layer}.attention`);
  const applications = modules.flatMap((attention) => {
    const positions = productsWith(model, `${model.prefix}${attention}.dense.weight`).map((product) =>
      model.index.position(product),
    );
    // A module that is never applied is looked for once, and so reported.
    return (positions.length === 0 ? [Infinity] : positions).map((position, application) => ({
      attention,
      application,
      position,
    }));
  });
  return applications.toSorted((a, b) => (a.position < b.position ? -1 : 1));
}
