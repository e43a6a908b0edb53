import { buildModel, type Checkpoint } from '@guided-dropout/models';
import type { Graph } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { loadGolden } from '../../models/test/load-golden.js';
import { findBertSites } from '../src/bert/index.js';
import { findDistilBertSites } from '../src/distilbert/index.js';
import { findSites } from '../src/index.js';
import { findRobertaSites } from '../src/roberta/index.js';
import { builtGraph } from './golden-sources.js';
import { withParameters } from './edited-graph.js';

const golden = await loadGolden();
const rates = { hidden: 0.1, attention: 0.2, classifier: 0.3 };

describe('the sites of a BERT', () => {
  it('are 37 where it has 12 layers', () => {
    const layers = 12;
    const config = { ...golden.checkpoint.config, num_hidden_layers: layers };
    const weights = new Map(golden.checkpoint.weights);
    for (const [name, value] of golden.checkpoint.weights) {
      const match = /^bert\.encoder\.layer\.0\.(.*)$/.exec(name);
      for (let layer = 2; match && layer < layers; layer++)
        weights.set(`bert.encoder.layer.${layer}.${match[1]}`, value);
    }
    const large = buildModel({ ...golden.checkpoint, config, weights } as Checkpoint, { type: 'masked-lm' });
    const sites = findSites(large.graph, large.config);
    expect(sites).toHaveLength(37);
    expect(sites.at(-1)!.name).toBe('encoder.layer.11.output.dropout');
  });

  it('are found whatever stands before the names of the base model, and are named without it', async () => {
    const graph = await builtGraph('bert-classification');
    const names = (edited: Graph): string[] => findBertSites(edited, rates).map(({ name }) => name);
    const wrapped = withParameters(graph, (name) => `model.${name}`);
    const bare = withParameters(graph, (name) => name.replace(/^bert\./, ''));
    expect(names(wrapped)).toEqual(names(graph));
    expect(names(bare)).toEqual(names(graph));
    expect(names(graph).at(-1)).toBe('dropout');
  });

  it('are those of a RoBERTa but for its head, which classifies tokens with one layer', async () => {
    const graph = await builtGraph('bert-classification');
    const roberta = withParameters(graph, (name) => name.replace(/^bert\./, 'roberta.'));
    const named = (sites: readonly { readonly name: string }[]): string[] => sites.map(({ name }) => name);
    expect(named(findRobertaSites(roberta, rates))).toEqual(named(findBertSites(graph, rates)));
  });
});

describe('the sites of a DistilBERT', () => {
  it('have the rate of the hidden layers in front of a classifier of tokens', async () => {
    const graph = await builtGraph('distilbert-classification');
    const rateOf = (edited: Graph): number | undefined => findDistilBertSites(edited, rates).at(-1)?.defaultRate;
    expect(rateOf(graph)).toBe(rates.classifier);
    expect(rateOf(withParameters(graph, (name) => name.replace('pre_classifier', 'other')))).toBe(rates.hidden);
  });
});
