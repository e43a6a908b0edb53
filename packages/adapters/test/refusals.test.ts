import { GuidedDropoutError } from '@guided-dropout/core';
import { fromOnnx } from '@guided-dropout/models';
import { encodeModel, type Graph, type Node } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { goldenModel } from '../../autodiff/test/golden-model.js';
import { fusedBert } from '../../models/test/fused-bert.js';
import { adapters, findSites, ratesOf } from '../src/index.js';
import { producerOf, withNodes, withParameters } from './edited-graph.js';
import { builtGraph, goldenCheckpoint, goldenNames } from './golden-sources.js';

type Config = Readonly<Record<string, unknown>>;

const configOf = async (name: string): Promise<Config> => (await goldenCheckpoint(name)).config;

/** The error that a search ends in. */
function refusalOf(graph: Graph, config: Config): GuidedDropoutError {
  try {
    findSites(graph, config);
  } catch (error) {
    if (error instanceof GuidedDropoutError) return error;
    throw error;
  }
  throw new Error('Sites were found.');
}

function node(opType: string, inputs: readonly string[], output: string, domain = ''): Node {
  return { name: `${output}/${opType}`, opType, domain, inputs, outputs: [output], attributes: {} };
}

describe('the wrong architecture', () => {
  it('lists those known, and points to the generic adapter', () => {
    const graph: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], initializers: new Map() };
    for (const config of [{ model_type: 'mamba' }, {}]) {
      const { code, message } = refusalOf(graph, config);
      expect(code).toBe('ADAPTER_UNKNOWN');
      for (const type of adapters.keys()) expect(message).toContain(type);
      expect(message).toContain('@guided-dropout/adapters/generic');
    }
    expect(() => ratesOf({ model_type: 'mamba' })).toThrow(/mamba/);
  });

  it.each([
    ['bert-classification', 'gpt2-classification', 'GPT-2', 'BERT'],
    ['bert-classification', 'roberta-classification', 'RoBERTa', 'BERT'],
    ['electra-masked-lm', 'bert-masked-lm', 'BERT', 'ELECTRA'],
    ['gpt2-causal-lm', 't5-seq2seq-lm', 'T5', 'GPT-2'],
    ['t5-classification', 'llama-classification', 'Llama', 'T5'],
  ])('%s is not %s: says what it is', async (actual, claimed, wanted, found) => {
    const { code, report } = refusalOf(await builtGraph(actual), await configOf(claimed));
    expect(code).toBe('ADAPTER_NO_MATCH');
    expect(report.where).toContain(`${wanted} adapter`);
    expect(report.received).toBe(`those of ${found}`);
  });

  it('two models in one graph are one too many', async () => {
    const graph = await builtGraph('bert-masked-lm');
    const copies = [...graph.initializers].map(([name, value]): [string, typeof value] => [`second.${name}`, value]);
    const both = { ...graph, initializers: new Map([...graph.initializers, ...copies]) };
    expect(refusalOf(both, await configOf('bert-masked-lm')).report.received).toMatch(
      /several: 'bert\.encoder.*', 'second\.bert\.encoder/,
    );
  });
});

describe('half a match', () => {
  // Where the stream begins, what heads read and what activations give is taken as it comes.
  const isAnyValue =
    /^(drop|(en|de)coder\.dropout@0|dropout|.*(classifier|head)\.dropout@\d|.*DenseReluDense\.dropout)$/;

  it.each(goldenNames())('%s: a site that cannot be seen is named, whichever it is', async (name) => {
    const graph = await builtGraph(name);
    const config = await configOf(name);
    for (const site of findSites(graph, config)) {
      if (isAnyValue.test(site.name)) continue;
      const hidden = producerOf(graph, site.value);
      const broken = withNodes(graph, (each) => (each === hidden ? { ...each, opType: 'Custom' } : each));
      const { code, report } = refusalOf(broken, config);
      expect(code).toBe('ADAPTER_NO_MATCH');
      expect(report.received).toContain(`not ${site.name} (looked for `);
    }
  });

  it('says what was found, what was not, and what was met there', async () => {
    const graph = await builtGraph('bert-masked-lm');
    const sites = findSites(graph, await configOf('bert-masked-lm'));
    const hidden = [2, 4].map((i) => producerOf(graph, sites[i]!.value));
    const broken = withNodes(graph, (each) => (hidden.includes(each) ? { ...each, opType: 'Custom' } : each));
    const { report, message } = refusalOf(broken, await configOf('bert-masked-lm'));
    expect(report.where).toBe("BERT adapter, graph 'bert'");
    expect(report.expected).toBe('7 sites');
    const { received } = report;
    expect(received).toMatch(/^5 \(embeddings\.dropout, encoder\.layer\.0\.attention\.self\.dropout, /);
    for (const missing of [
      "not encoder.layer.0.attention.output.dropout (looked for MatMul → Add with 'bert.encoder.layer.0.attention.output.dense.bias', met Custom (",
      'not encoder.layer.1.attention.self.dropout (looked for Softmax → MatMul in front of the output projection, met Custom (',
    ]) {
      expect(received).toContain(missing);
    }
    expect(message).not.toContain('\n');
  });

  it('a parameter that scores a site and is missing is named', async () => {
    const graph = await builtGraph('gpt2-causal-lm');
    const edited = withParameters(graph, (name) => (name.endsWith('h.1.ln_2.bias') ? 'onnx::Add_1' : name));
    const { report } = refusalOf(edited, await configOf('gpt2-causal-lm'));
    expect(report.received).toMatch(/^6 .*; not h\.1\.mlp\.dropout .*'transformer\.h\.1\.ln_2\.bias'/);
  });

  it('a layer whose number is left out is named', async () => {
    const graph = await builtGraph('llama-causal-lm');
    const edited = withParameters(graph, (name) => name.replace('layers.1.', 'layers.2.'));
    expect(refusalOf(edited, await configOf('llama-causal-lm')).report.received).toBe("none of 'model.layers.1'");
  });

  it.each(goldenNames())('%s: fewer layers than the configuration says are an error', async (name) => {
    const config = await configOf(name);
    const fields = ['num_hidden_layers', 'n_layers', 'n_layer', 'num_layers', 'num_decoder_layers'];
    const more = Object.fromEntries(fields.flatMap((field) => (field in config ? [[field, 7]] : [])));
    const { code, report } = refusalOf(await builtGraph(name), { ...config, ...more });
    expect(code).toBe('ADAPTER_NO_MATCH');
    expect(report.expected).toMatch(/^\d+ sites, by its configuration$/);
    expect(Number.parseInt(report.expected)).toBeGreaterThan(Number(report.received));
  });

  it('attention of another layer’s queries is not this layer’s', async () => {
    const graph = await builtGraph('bert-masked-lm');
    const [first, second] = graph.nodes.filter(({ opType }) => opType === 'Softmax').map(({ inputs }) => inputs[0]!);
    const crossed = withNodes(graph, (each) =>
      each.opType === 'Softmax' && each.inputs[0] === second ? { ...each, inputs: [first!] } : each,
    );
    const { report } = refusalOf(crossed, await configOf('bert-masked-lm'));
    expect(report.received).toMatch(
      /not encoder\.layer\.1\.attention\.self\.dropout \(looked for scores computed with/,
    );
  });

  it('values and streams of another layer are not this layer’s', async () => {
    const graph = await builtGraph('gpt2-causal-lm');
    const config = await configOf('gpt2-causal-lm');
    const [first, second] = graph.nodes.filter(({ opType }) => opType === 'Softmax').map(({ outputs }) => outputs[0]!);
    const valuesOf = (probabilities: string): string =>
      graph.nodes.find(({ inputs }) => inputs[0] === probabilities)!.inputs[1]!;
    const swapped = withNodes(graph, (each) =>
      each.inputs[0] === second ? { ...each, inputs: [second!, valuesOf(first!)] } : each,
    );
    expect(refusalOf(swapped, config).report.received).toMatch(
      /not h\.1\.attn\.attn_dropout \(looked for values computed with 'transformer\.h\.1\.attn\.c_attn\.weight'/,
    );
    const sites = findSites(graph, config);
    const [drop, branch] = ['drop', 'h.1.attn.resid_dropout'].map(
      (site) => sites.find(({ name }) => name === site)!.value,
    );
    const elsewhere = withNodes(graph, (each) =>
      each.opType === 'Add' && each.inputs.includes(branch!) ? { ...each, inputs: [branch!, drop!] } : each,
    );
    expect(refusalOf(elsewhere, config).report.received).toMatch(
      /not h\.1\.attn\.resid_dropout \(looked for linear layer → Add with the residual stream/,
    );
  });

  it('a sum that another normalisation reads does not end this branch', async () => {
    const graph = await builtGraph('bert-masked-lm');
    const scale = (layer: number): string => `bert.encoder.layer.${layer}.output.LayerNorm.weight`;
    const sums = [0, 1].map((layer) => graph.nodes.find(({ inputs }) => inputs.includes(scale(layer)))!.inputs[0]!);
    const crossed = withNodes(graph, (each) =>
      each.inputs.includes(scale(1)) ? { ...each, inputs: [sums[0]!, ...each.inputs.slice(1)] } : each,
    );
    expect(refusalOf(crossed, await configOf('bert-masked-lm')).report.received).toMatch(
      /^6 .*; not encoder\.layer\.1\.output\.dropout \(looked for linear layer → Add \(residual\) → normalisation/,
    );
  });

  it('activations of other layers are not those in front of the inner dropout', async () => {
    const graph = await builtGraph('t5-seq2seq-lm');
    const sites = findSites(graph, await configOf('t5-seq2seq-lm'));
    const [first, second] = [0, 1].map(
      (block) => sites.find(({ name }) => name === `encoder.block.${block}.layer.1.DenseReluDense.dropout`)!.value,
    );
    const swapped = withNodes(graph, (each) =>
      each.inputs.includes(second!) ? { ...each, inputs: each.inputs.map((v) => (v === second ? first! : v)) } : each,
    );
    expect(refusalOf(swapped, await configOf('t5-seq2seq-lm')).report.received).toMatch(
      /not encoder\.block\.1\.layer\.1\.DenseReluDense\.dropout/,
    );
  });

  it('an input of a head that others read as well is not its own', async () => {
    const graph = await builtGraph('bert-classification');
    const pooled = graph.nodes.find(({ opType }) => opType === 'Tanh')!.outputs[0]!;
    const shared = {
      ...graph,
      nodes: [...graph.nodes, node('Neg', [pooled], 'negated')],
      outputs: [...graph.outputs, { name: 'negated' }],
    };
    const { report } = refusalOf(shared, await configOf('bert-classification'));
    expect(report.received).toMatch(/not dropout \(looked for a value that this layer alone reads.*Neg/);
  });

  it('parameters that only a subgraph reads are said to be there', async () => {
    const graph = await builtGraph('bert-masked-lm');
    const weight = 'bert.encoder.layer.1.output.dense.weight';
    const branch: Graph = {
      name: 'branch',
      inputs: [],
      outputs: [{ name: 'copy' }],
      nodes: [node('Neg', [weight], 'copy')],
      initializers: new Map(),
    };
    const choice: Node = {
      ...node('If', ['attention_mask'], 'chosen'),
      attributes: { then_branch: { type: 'graph', value: branch } },
    };
    const nested = withNodes(graph, (each) =>
      each.inputs.includes(weight) ? [choice, { ...each, inputs: [] }] : each,
    );
    expect(refusalOf(nested, await configOf('bert-masked-lm')).report.received).toMatch(
      /not encoder\.layer\.1\.output\.dropout .*its reader inside If/,
    );
  });
});

describe('a match too many', () => {
  it('a layer that is applied twice is not one site', async () => {
    const graph = await builtGraph('distilbert-masked-lm');
    const bias = 'distilbert.transformer.layer.1.ffn.lin2.bias';
    const biased = graph.nodes.find(({ inputs }) => inputs.includes(bias))!.inputs[0]!;
    const twice = withNodes(graph, (each) => {
      const isLast = each.opType === 'MatMul' && each.outputs[0] === biased;
      return isLast ? [each, { ...each, name: 'again', outputs: ['again'] }] : each;
    });
    expect(refusalOf(twice, await configOf('distilbert-masked-lm')).report.received).toMatch(
      /not transformer\.layer\.1\.ffn\.dropout \(looked for one product.*several: MatMul \('.*'\), MatMul \('again'\)/,
    );
  });

  it('two sites at one value are an error that names both', async () => {
    const graph = await builtGraph('t5-seq2seq-lm');
    const sites = findSites(graph, await configOf('t5-seq2seq-lm'));
    const valueOf = (site: string): string => sites.find(({ name }) => name === site)!.value;
    const [encoder, decoder] = [valueOf('encoder.dropout@0'), valueOf('decoder.dropout@0')];
    const merged = withNodes(graph, (each) => ({
      ...each,
      inputs: each.inputs.map((value) => (value === decoder ? encoder : value)),
    }));
    const { code, report } = refusalOf(merged, await configOf('t5-seq2seq-lm'));
    expect(code).toBe('ADAPTER_SITE');
    expect(report.received).toContain('encoder.dropout@0 and decoder.dropout@0');
  });
});

describe('fused operators', () => {
  const withFused = async (opType: string, domain: string): Promise<GuidedDropoutError> => {
    const graph = await builtGraph('bert-masked-lm');
    const fused = withNodes(graph, (each) => (each.opType === 'Softmax' ? { ...each, opType, domain } : each));
    return refusalOf(fused, await configOf('bert-masked-lm'));
  };

  it.each([
    ['Attention', 'com.microsoft', 'com.microsoft.Attention'],
    ['MultiHeadAttention', 'com.microsoft', 'com.microsoft.MultiHeadAttention'],
    ['SkipLayerNormalization', 'com.microsoft', 'com.microsoft.SkipLayerNormalization'],
    ['Attention', '', 'Attention'],
  ])('%s of %s is named, with lowerModel and the option of the exporter', async (opType, domain, key) => {
    const { code, report } = await withFused(opType, domain);
    expect(code).toBe('ADAPTER_FUSED');
    expect(report.received).toMatch(new RegExp(`^2 ${key.replaceAll('.', '\\.')} \\('.*'\\)$`));
    expect(report.fix).toMatch(/^Take it apart with lowerModel.*attn_implementation="eager"/);
  });

  it('one that nothing takes apart has the option alone', async () => {
    const { report } = await withFused('PackedAttention', 'com.microsoft');
    expect(report.fix).toMatch(/^Export again without fusion: attn_implementation="eager"/);
  });

  it('what ONNX Runtime fuses into Attention and SkipLayerNormalization is taken apart, and shows every site', async () => {
    const config = await configOf('bert-masked-lm');
    const { parameters } = goldenModel('bert-masked-lm');
    const { graph } = await fromOnnx(encodeModel(fusedBert(parameters, 2, 2)), { config });
    const names = findSites(graph, config).map(({ name }) => name);
    expect(names).toHaveLength(1 + 3 * 2);
    expect(names).toContain('encoder.layer.1.output.dropout');
  });
});
