import {
  applied,
  attentionProbabilities,
  linearLayer,
  normalisation,
  preNormBranch,
  requireLayersInFront,
  soleInput,
  type SiteCollector,
} from '../shared/index.js';

/** The sites of the encoder or the decoder, in the order of use; all have the same rate. */
export function addStackSites(sites: SiteCollector, stack: 'encoder' | 'decoder', rate: number): void {
  const { model } = sites;
  const own = `${stack}.dropout`;
  sites.base(
    { name: applied(own, 0), rate, parameters: [embeddingTable(sites, stack)] },
    () => normalisation(model, `${stack}.block.0.layer.0.layer_norm`).input,
  );
  for (const block of model.modules(`${stack}.block`)) {
    addAttentionSites(sites, `${block}.layer.0`, 'SelfAttention', rate);
    if (stack === 'decoder') addAttentionSites(sites, `${block}.layer.1`, 'EncDecAttention', rate);
    addFeedForwardSites(sites, `${block}.layer.${stack === 'decoder' ? 2 : 1}`, rate);
  }
  const last = `${stack}.final_layer_norm`;
  sites.base({ name: applied(own, 1), rate, parameters: [`${last}.weight`] }, () => normalisation(model, last).output);
}

/** Both stacks look their tokens up in one table; exporters keep one of its names. */
function embeddingTable({ model }: SiteCollector, stack: string): string {
  const names = ['shared.weight', `${stack}.embed_tokens.weight`, 'encoder.embed_tokens.weight'];
  return names.find((name) => model.find(name) !== undefined) ?? 'shared.weight';
}

function addAttentionSites(sites: SiteCollector, layer: string, module: string, rate: number): void {
  const { model } = sites;
  const attention = `${layer}.${module}`;
  const [query, key, value, output] = ['q', 'k', 'v', 'o'].map((name) => `${attention}.${name}`) as [
    string,
    string,
    string,
    string,
  ];
  const norm = `${layer}.layer_norm`;
  const bias = `${attention}.relative_attention_bias.weight`;
  const weights = [query, key, value].map((name) => `${name}.weight`);
  sites.base(
    {
      name: `${attention}.dropout`,
      rate,
      // The first block's table serves all; it is scored where it belongs.
      parameters: [`${norm}.weight`, ...weights, ...(model.find(bias) === undefined ? [] : [bias])],
    },
    () => attentionProbabilities(model, linearLayer(model, output), { query, key, value }),
  );
  sites.base({ name: `${layer}.dropout`, rate, parameters: [`${output}.weight`] }, () =>
    preNormBranch(model, linearLayer(model, output), normalisation(model, norm)),
  );
}

function addFeedForwardSites(sites: SiteCollector, layer: string, rate: number): void {
  const { model } = sites;
  const [inner, norm] = [`${layer}.DenseReluDense`, `${layer}.layer_norm`];
  const outer = `${inner}.wo`;
  const isGated = model.find(`${inner}.wi_0.weight`) !== undefined;
  const wide = (isGated ? ['wi_0', 'wi_1'] : ['wi']).map((name) => `${inner}.${name}`);
  const weights = wide.map((name) => `${name}.weight`);
  sites.base({ name: `${inner}.dropout`, rate, parameters: [`${norm}.weight`, ...weights] }, () => {
    const activated = soleInput(model, linearLayer(model, outer));
    requireLayersInFront(model, activated, 'activations', wide);
    return activated;
  });
  sites.base({ name: `${layer}.dropout`, rate, parameters: [`${outer}.weight`] }, () =>
    preNormBranch(model, linearLayer(model, outer), normalisation(model, norm)),
  );
}
