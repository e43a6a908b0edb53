/** What a golden model's sites must be, written down from `transformers` and Sharma et al. and not from the adapters. */
export interface ExpectedSite {
  readonly name: string;
  readonly part: 'base' | 'head';
  readonly rate: number;
  /** Relative to the base model. */
  readonly parameters: readonly string[];
}

type Config = Readonly<Record<string, unknown>>;

/** Rates that tell the fields of all configurations apart. */
export const distinctRates: Config = {
  hidden_dropout_prob: 0.11,
  attention_probs_dropout_prob: 0.12,
  classifier_dropout: 0.13,
  dropout: 0.14,
  attention_dropout: 0.15,
  seq_classif_dropout: 0.16,
  classifier_dropout_prob: 0.17,
  embd_pdrop: 0.18,
  attn_pdrop: 0.19,
  resid_pdrop: 0.21,
  dropout_rate: 0.22,
};

/** The sites of a model by its configuration's `model_type`, with {@link distinctRates}. */
export const expectedSites: Readonly<Record<string, (config: Config, isClassifier: boolean) => ExpectedSite[]>> = {
  bert: (config, isClassifier) => [...bertEncoder(config), ...(isClassifier ? [head('dropout', 0.13)] : [])],
  roberta: (config, isClassifier) => [...bertEncoder(config), ...(isClassifier ? twice('classifier', 0.13) : [])],
  electra: (config, isClassifier) => [...bertEncoder(config), ...(isClassifier ? twice('classifier', 0.13) : [])],
  distilbert: (config, isClassifier) => [
    base('embeddings.dropout', 0.14, [
      'embeddings.word_embeddings.weight',
      'embeddings.position_embeddings.weight',
      ...both('embeddings.LayerNorm'),
    ]),
    ...range(config['n_layers']).flatMap((i) => [
      base(`transformer.layer.${i}.attention.dropout`, 0.15, [
        ...both(`transformer.layer.${i}.attention.q_lin`),
        ...both(`transformer.layer.${i}.attention.k_lin`),
        ...both(`transformer.layer.${i}.attention.v_lin`),
      ]),
      base(`transformer.layer.${i}.ffn.dropout`, 0.14, [
        ...both(`transformer.layer.${i}.ffn.lin2`),
        ...both(`transformer.layer.${i}.output_layer_norm`),
      ]),
    ]),
    ...(isClassifier ? [head('dropout', 0.16)] : []),
  ],
  albert: (config, isClassifier) => [
    embeddings(),
    ...albertApplications(config).flatMap(([group, inner, k]) => {
      const attention = `encoder.albert_layer_groups.${group}.albert_layers.${inner}.attention`;
      return [
        base(`${attention}.attention_dropout@${k}`, 0.12, [
          ...both(`${attention}.query`),
          ...both(`${attention}.key`),
          ...both(`${attention}.value`),
        ]),
        base(`${attention}.output_dropout@${k}`, 0.11, [
          ...both(`${attention}.dense`),
          ...both(`${attention}.LayerNorm`),
        ]),
      ];
    }),
    ...(isClassifier ? [head('dropout', 0.17)] : []),
  ],
  gpt2: (config) => [
    base('drop', 0.18, ['wte.weight', 'wpe.weight']),
    ...range(config['n_layer']).flatMap((i) => [
      base(`h.${i}.attn.attn_dropout`, 0.19, [...both(`h.${i}.ln_1`), ...both(`h.${i}.attn.c_attn`)]),
      base(`h.${i}.attn.resid_dropout`, 0.21, both(`h.${i}.attn.c_proj`)),
      base(`h.${i}.mlp.dropout`, 0.21, [
        ...both(`h.${i}.ln_2`),
        ...both(`h.${i}.mlp.c_fc`),
        ...both(`h.${i}.mlp.c_proj`),
      ]),
    ]),
  ],
  t5: (config, isClassifier) => [
    ...t5Stack(config, 'encoder', config['num_layers'] as number),
    ...t5Stack(config, 'decoder', config['num_decoder_layers'] as number),
    ...(isClassifier ? twice('classification_head', 0.13) : []),
  ],
  llama: (config) =>
    range(config['num_hidden_layers']).map((i) =>
      base(`layers.${i}.self_attn.attention_dropout`, 0.15, [
        `layers.${i}.input_layernorm.weight`,
        `layers.${i}.self_attn.q_proj.weight`,
        `layers.${i}.self_attn.k_proj.weight`,
        `layers.${i}.self_attn.v_proj.weight`,
      ]),
    ),
};

function bertEncoder(config: Config): ExpectedSite[] {
  return [
    embeddings(),
    ...range(config['num_hidden_layers']).flatMap((i) => {
      const layer = `encoder.layer.${i}`;
      return [
        base(`${layer}.attention.self.dropout`, 0.12, [
          ...both(`${layer}.attention.self.query`),
          ...both(`${layer}.attention.self.key`),
          ...both(`${layer}.attention.self.value`),
        ]),
        base(`${layer}.attention.output.dropout`, 0.11, [
          ...both(`${layer}.attention.output.dense`),
          ...both(`${layer}.attention.output.LayerNorm`),
        ]),
        base(`${layer}.output.dropout`, 0.11, [...both(`${layer}.output.dense`), ...both(`${layer}.output.LayerNorm`)]),
      ];
    }),
  ];
}

function embeddings(): ExpectedSite {
  return base('embeddings.dropout', 0.11, [
    'embeddings.word_embeddings.weight',
    'embeddings.position_embeddings.weight',
    'embeddings.token_type_embeddings.weight',
    ...both('embeddings.LayerNorm'),
  ]);
}

/** Group, inner layer and, counted per pair of these, the application. */
function albertApplications(config: Config): [number, number, number][] {
  const groups = config['num_hidden_groups'] as number;
  const layers = config['num_hidden_layers'] as number;
  const applied = new Map<string, number>();
  return range(layers).flatMap((layer) =>
    range(config['inner_group_num']).map((inner): [number, number, number] => {
      const group = Math.floor((layer * groups) / layers);
      const k = applied.get(`${group}.${inner}`) ?? 0;
      applied.set(`${group}.${inner}`, k + 1);
      return [group, inner, k];
    }),
  );
}

function t5Stack(config: Config, stack: 'encoder' | 'decoder', blocks: number): ExpectedSite[] {
  const wide = config['feed_forward_proj'] === 'gated-gelu' ? ['wi_0', 'wi_1'] : ['wi'];
  const attention = (layer: string, module: string, hasBias: boolean): ExpectedSite[] => [
    base(`${layer}.${module}.dropout`, 0.22, [
      `${layer}.layer_norm.weight`,
      ...['q', 'k', 'v'].map((name) => `${layer}.${module}.${name}.weight`),
      ...(hasBias ? [`${layer}.${module}.relative_attention_bias.weight`] : []),
    ]),
    base(`${layer}.dropout`, 0.22, [`${layer}.${module}.o.weight`]),
  ];
  return [
    base(`${stack}.dropout@0`, 0.22, ['shared.weight']),
    ...range(blocks).flatMap((i) => {
      const layer = (j: number): string => `${stack}.block.${i}.layer.${j}`;
      const last = layer(stack === 'decoder' ? 2 : 1);
      return [
        ...attention(layer(0), 'SelfAttention', i === 0),
        ...(stack === 'decoder' ? attention(layer(1), 'EncDecAttention', false) : []),
        base(`${last}.DenseReluDense.dropout`, 0.22, [
          `${last}.layer_norm.weight`,
          ...wide.map((name) => `${last}.DenseReluDense.${name}.weight`),
        ]),
        base(`${last}.dropout`, 0.22, [`${last}.DenseReluDense.wo.weight`]),
      ];
    }),
    base(`${stack}.dropout@1`, 0.22, [`${stack}.final_layer_norm.weight`]),
  ];
}

function base(name: string, rate: number, parameters: readonly string[]): ExpectedSite {
  return { name, part: 'base', rate, parameters };
}

function head(name: string, rate: number): ExpectedSite {
  return { name, part: 'head', rate, parameters: [] };
}

function twice(module: string, rate: number): ExpectedSite[] {
  return [head(`${module}.dropout@0`, rate), head(`${module}.dropout@1`, rate)];
}

function both(module: string): string[] {
  return [`${module}.weight`, `${module}.bias`];
}

function range(count: unknown): number[] {
  return Array.from({ length: count as number }, (_, i) => i);
}
