/** What tells the parameters of one architecture from those of others. */
export interface Family {
  readonly name: string;
  /** A parameter that every model of the family has, relative to the base model. */
  readonly anchor: string;
  /** The attribute that holds the base model in classes with heads. */
  readonly baseModule: string;
}

const bertAnchor = 'encoder.layer.0.attention.self.query.weight';

/** The architectures with adapters. BERT, RoBERTa and ELECTRA differ by `baseModule` and heads alone. */
export const families = {
  bert: { name: 'BERT', anchor: bertAnchor, baseModule: 'bert' },
  roberta: { name: 'RoBERTa', anchor: bertAnchor, baseModule: 'roberta' },
  electra: { name: 'ELECTRA', anchor: bertAnchor, baseModule: 'electra' },
  distilbert: { name: 'DistilBERT', anchor: 'transformer.layer.0.attention.q_lin.weight', baseModule: 'distilbert' },
  albert: {
    name: 'ALBERT',
    anchor: 'encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight',
    baseModule: 'albert',
  },
  gpt2: { name: 'GPT-2', anchor: 'h.0.attn.c_attn.weight', baseModule: 'transformer' },
  t5: { name: 'T5', anchor: 'encoder.block.0.layer.0.SelfAttention.q.weight', baseModule: 'transformer' },
  llama: { name: 'Llama', anchor: 'layers.0.self_attn.q_proj.weight', baseModule: 'model' },
} as const satisfies Readonly<Record<string, Family>>;

/** What a parameter's name begins with before `relative`; undefined where it does not end with that path. */
export function prefixBefore(name: string, relative: string): string | undefined {
  const isPath = name === relative || name.endsWith(`.${relative}`);
  return isPath ? name.slice(0, -relative.length) : undefined;
}

/** The families whose anchor is among the names. */
export function familiesIn(names: Iterable<string>): Family[] {
  const all = [...names];
  return Object.values<Family>(families).filter(({ anchor, baseModule }) => {
    const prefixes = all.map((name) => prefixBefore(name, anchor)).filter((prefix) => prefix !== undefined);
    return prefixes.some((prefix) => prefix === '' || prefix.endsWith(`${baseModule}.`));
  });
}
