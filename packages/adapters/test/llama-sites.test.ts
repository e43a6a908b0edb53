import { describe, expect, it } from 'vitest';
import { findSites } from '../src/index.js';
import { goldenCheckpoint, goldenSources } from './golden-sources.js';

describe.each(['llama-causal-lm', 'llama-tied-causal-lm', 'llama-classification'])('%s', (name) => {
  it.each(goldenSources(name))('$name: offers residual sites at rate 0, when asked', async (source) => {
    const graph = await source.graph();
    const { config } = await goldenCheckpoint(name);
    const shipped = findSites(graph, config);
    const sites = findSites(graph, config, { offered: true });
    const layers = config['num_hidden_layers'] as number;
    expect(shipped).toHaveLength(layers);
    expect(sites.filter(({ offered }) => !offered)).toEqual(shipped);
    const offered = sites.filter((site) => site.offered);
    expect(offered.map(({ name: site, defaultRate, part }) => [site, defaultRate, part])).toEqual(
      Array.from({ length: layers }).flatMap((_, i) => [
        [`layers.${i}.self_attn.residual_dropout`, 0, 'base'],
        [`layers.${i}.mlp.residual_dropout`, 0, 'base'],
      ]),
    );
    expect(offered.slice(0, 2).map(({ parameters }) => parameters)).toEqual([
      ['model.layers.0.self_attn.o_proj.weight'],
      [
        'model.layers.0.post_attention_layernorm.weight',
        ...['gate_proj', 'up_proj', 'down_proj'].map((layer) => `model.layers.0.mlp.${layer}.weight`),
      ],
    ]);
  });
});
