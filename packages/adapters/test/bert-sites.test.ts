import { buildModel, type Checkpoint, type Head } from '@guided-dropout/models';
import { removeDead, tensor, type Graph } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { loadGolden } from '../../models/test/load-golden.js';
import { bertRates, findBertSites } from '../src/bert/index.js';
import { patchDropout, rateInputName } from '../src/index.js';

const golden = await loadGolden();
const classification: Head = { type: 'sequence-classification', labels: ['a', 'b', 'c'], seed: 1 };
const model = buildModel(golden.checkpoint, classification);
const rates = { hidden: 0.1, attention: 0.2, classifier: 0.3 };

describe('findBertSites', () => {
  it('finds 1 + 3L sites and the classifier, by module path, in the order of the model', () => {
    const sites = findBertSites(model.graph, rates);
    expect(sites.map(({ name, part, defaultRate }) => [name, part, defaultRate])).toEqual([
      ['embeddings.dropout', 'base', 0.1],
      ['encoder.layer.0.attention.self.dropout', 'base', 0.2],
      ['encoder.layer.0.attention.output.dropout', 'base', 0.1],
      ['encoder.layer.0.output.dropout', 'base', 0.1],
      ['encoder.layer.1.attention.self.dropout', 'base', 0.2],
      ['encoder.layer.1.attention.output.dropout', 'base', 0.1],
      ['encoder.layer.1.output.dropout', 'base', 0.1],
      ['dropout', 'head', 0.3],
    ]);
  });

  it("groups parameters as the paper's authors do: 5, 6, 4 and 4 tensors", () => {
    const sites = findBertSites(model.graph, rates);
    expect(sites.map((site) => site.parameters.length)).toEqual([5, 6, 4, 4, 6, 4, 4, 0]);
    expect(sites[1]!.parameters).toEqual(
      ['query', 'key', 'value'].flatMap((part) => [
        `bert.encoder.layer.0.attention.self.${part}.weight`,
        `bert.encoder.layer.0.attention.self.${part}.bias`,
      ]),
    );
    const scored = sites.flatMap((site) => site.parameters);
    expect(scored.filter((name) => /intermediate|pooler|classifier/.test(name))).toEqual([]);
  });

  it('finds the 37 sites of a 12-layer model', () => {
    const layers = 12;
    const config = { ...golden.checkpoint.config, num_hidden_layers: layers };
    const weights = new Map(golden.checkpoint.weights);
    for (const [name, value] of golden.checkpoint.weights) {
      const match = /^bert\.encoder\.layer\.0\.(.*)$/.exec(name);
      for (let layer = 2; match && layer < layers; layer++)
        weights.set(`bert.encoder.layer.${layer}.${match[1]}`, value);
    }
    const large = buildModel({ ...golden.checkpoint, config, weights } as Checkpoint, { type: 'masked-lm' });
    const sites = findBertSites(large.graph, rates);
    expect(sites).toHaveLength(37);
    expect(sites.at(-1)!.name).toBe('encoder.layer.11.output.dropout');
  });

  it('applies dropout where the model does: at the embeddings, probabilities, and before each residual sum', async () => {
    const types = await probeTypes(model.graph);
    const sites = findBertSites(model.graph, rates);
    const producerOf = (value: string): string =>
      model.graph.nodes.find((node) => node.outputs.includes(value))!.opType;
    expect(sites.map((site) => producerOf(site.value))).toEqual([
      'LayerNormalization',
      'Softmax',
      'Add',
      'Add',
      'Softmax',
      'Add',
      'Add',
      'Tanh',
    ]);
    expect(types.get(sites[1]!.value)!.dims).toEqual(['batch', 2, 'length', 'length']);
  });

  it('does not depend on node or value names', () => {
    const rename = (value: string): string => (isWeightOrInput(value) ? value : `v${hash(value)}`);
    const isWeightOrInput = (value: string): boolean =>
      value === '' || model.graph.initializers.has(value) || model.graph.inputs.some((input) => input.name === value);
    const renamed: Graph = {
      ...model.graph,
      nodes: model.graph.nodes.map((node, i) => ({
        ...node,
        name: `n${i}`,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
    };
    const original = findBertSites(model.graph, rates);
    expect(findBertSites(renamed, rates)).toEqual(original.map((site) => ({ ...site, value: rename(site.value) })));
  });

  it('says what it looked for where the graph is no BERT it knows', () => {
    const without = (opType: string): Graph => ({
      ...model.graph,
      nodes: model.graph.nodes.map((node) => (node.opType === opType ? { ...node, opType: 'Custom' } : node)),
    });
    expect(() => findBertSites(without('Softmax'), rates)).toThrow(
      /attention\.self\.dropout.*Softmax → MatMul.*Custom/,
    );
    expect(() => findBertSites(without('LayerNormalization'), rates)).toThrow(
      /embeddings\.dropout.*LayerNormalization/,
    );
    expect(() => findBertSites({ ...model.graph, initializers: new Map() }, rates)).toThrow(
      expect.objectContaining({ code: 'ADAPTER_NO_MATCH' }),
    );
  });
});

describe('bertRates', () => {
  it('reads the configuration, with the defaults of transformers', () => {
    expect(bertRates({})).toEqual({ hidden: 0.1, attention: 0.1, classifier: 0.1 });
    expect(bertRates({ hidden_dropout_prob: 0.3, attention_probs_dropout_prob: 0, classifier_dropout: null })).toEqual({
      hidden: 0.3,
      attention: 0,
      classifier: 0.3,
    });
  });

  it('refuses what is no rate', () => {
    expect(() => bertRates({ hidden_dropout_prob: 1 })).toThrow(/hidden_dropout_prob.*\[0, 1\)/);
  });
});

describe('patchDropout', () => {
  const sites = findBertSites(model.graph, rates);
  const patched = patchDropout(model.graph, sites, { seed: 1 });

  /** The noisy value by each site's value: what the site's readers read instead. */
  const noisyValues = (graph: Graph): Map<string, string> =>
    new Map(
      sites.map(({ name, value }) => {
        const noise = graph.nodes.filter((node) => node.name.startsWith(`${name}/`));
        return [value, noise.at(-1)!.outputs[0]!];
      }),
    );

  const feedsAt = (rate: number) => ({
    ...golden.inputs,
    ...Object.fromEntries(sites.map(({ name }) => [rateInputName(name), tensor('float32', [], Float32Array.of(rate))])),
  });

  it('leaves the logits unchanged at rate 0, bit for bit', async () => {
    const plain = await Session.create(model.graph);
    const noisy = await Session.create(patched.graph);
    const expected = await plain.run(golden.inputs);
    expect((await noisy.run(feedsAt(0)))['logits']!.data).toEqual(expected['logits']!.data);
    expect((await noisy.run(feedsAt(0.5)))['logits']!.data).not.toEqual(expected['logits']!.data);
  });

  it('keeps every mask alive: each site zeroes its share and keeps the mean', async () => {
    const rate = 0.4;
    const noisy = noisyValues(patched.graph);
    expect(noisy.size).toBe(sites.length);
    const graph = { ...patched.graph, outputs: [...noisy].flat().map((name) => ({ name })) };
    const session = await Session.create(graph);
    const totals = new Map([...noisy.keys()].map((value) => [value, { kept: 0, count: 0, before: 0, after: 0 }]));
    for (let run = 0; run < 200; run++) {
      const outputs = await session.run(feedsAt(rate));
      for (const [clean, withNoise] of noisy) {
        const total = totals.get(clean)!;
        const before = outputs[clean]!.data as Float32Array;
        const after = outputs[withNoise]!.data as Float32Array;
        before.forEach((value, i) => {
          if (value === 0) return;
          total.count++;
          total.before += Math.abs(value);
          total.after += Math.abs(after[i]!);
          if (after[i] !== 0) {
            total.kept++;
            expect(after[i]! / value).toBeCloseTo(1 / (1 - rate), 4);
          }
        });
      }
    }
    for (const { kept, count, before, after } of totals.values()) {
      // Five standard deviations of a binomial share; the mean's deviation is of the same order.
      const bound = 5 * Math.sqrt((rate * (1 - rate)) / count);
      expect(Math.abs(kept / count - (1 - rate))).toBeLessThan(bound);
      expect(Math.abs(after / before - 1)).toBeLessThan(3 * bound);
    }
  });

  it('draws other masks at every site, run and seed, and the same in an equal session', async () => {
    const masksOf = async (seed: number): Promise<string[]> => {
      const { graph } = patchDropout(model.graph, sites, { seed });
      const noisy = [...noisyValues(graph).values()];
      const session = await Session.create(removeDead({ ...graph, outputs: noisy.map((name) => ({ name })) }));
      const masks: string[] = [];
      for (let run = 0; run < 2; run++) {
        const outputs = await session.run(
          Object.fromEntries(Object.entries(feedsAt(0.5)).filter(([name]) => session.inputNames.includes(name))),
        );
        masks.push(
          ...noisy.map((name) => Array.from(outputs[name]!.data as Float32Array, (v) => (v === 0 ? 0 : 1)).join('')),
        );
      }
      return masks;
    };
    const masks = await masksOf(1);
    expect(new Set(masks).size).toBe(masks.length);
    expect(await masksOf(1)).toEqual(masks);
    expect(await masksOf(2)).not.toEqual(masks);
  });

  it('refuses sites of another graph, and two at one place', () => {
    const [first] = sites;
    expect(() => patchDropout(model.graph, [{ ...first!, value: 'nowhere' }], { seed: 1 })).toThrow(/nowhere/);
    expect(() => patchDropout(model.graph, [first!, first!], { seed: 1 })).toThrow(/two sites at one value/);
  });

  it('refuses a value that it cannot replace for every reader', () => {
    const [first] = sites;
    const asOutput = { ...model.graph, outputs: [...model.graph.outputs, { name: first!.value }] };
    expect(() => patchDropout(asOutput, [first!], { seed: 1 })).toThrow(/an output of the graph/);
    const branch: Graph = {
      name: 'branch',
      inputs: [],
      outputs: [{ name: 'copy' }],
      nodes: [
        { name: 'copy', opType: 'Identity', domain: '', inputs: [first!.value], outputs: ['copy'], attributes: {} },
      ],
      initializers: new Map(),
    };
    const choice = {
      name: 'choice',
      opType: 'If',
      domain: '',
      inputs: ['attention_mask'],
      outputs: ['chosen'],
      attributes: { then_branch: { type: 'graph', value: branch }, else_branch: { type: 'graph', value: branch } },
    } as const;
    const nested = { ...model.graph, nodes: [...model.graph.nodes, choice] };
    expect(() => patchDropout(nested, [first!], { seed: 1 })).toThrow(/read inside If 'choice'/);
  });
});

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) >>> 0;
  return value;
}
