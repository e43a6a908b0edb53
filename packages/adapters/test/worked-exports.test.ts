// Exports that other programs have worked on: fused by ONNX Runtime's optimiser, or made for generation with a cache.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromOnnx } from '@guided-dropout/models';
import type { Graph } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { goldenExports } from '../../autodiff/test/golden-model.js';
import { writeOptimised } from '../../models/test/optimised-export.js';
import { findSites, type LocatedSite } from '../src/index.js';
import { builtGraph, goldenCheckpoint } from './golden-sources.js';

const folder = fileURLToPath(new URL('../../../test/golden/', import.meta.url));

/** The sites of an export without what is the graph's own, the names of values. */
async function sitesOf(model: string, graph: Graph): Promise<Omit<LocatedSite, 'value'>[]> {
  const { config } = await goldenCheckpoint(model);
  return findSites(graph, config, { offered: true }).map(({ value: _value, ...site }) => site);
}

async function imported(model: string, file: string): Promise<Graph> {
  return (await fromOnnx(file, { config: (await goldenCheckpoint(model)).config })).graph;
}

describe('the sites of the checkpoint are found', () => {
  it.each(goldenExports())('in what ONNX Runtime has optimised: $model, $file', async ({ model, path }) => {
    const temporary = await mkdtemp(join(tmpdir(), 'guided-dropout-'));
    try {
      const file = join(temporary, 'optimised.onnx');
      await writeOptimised(path, file);
      expect(await sitesOf(model, await imported(model, file))).toEqual(await sitesOf(model, await builtGraph(model)));
    } finally {
      await rm(temporary, { recursive: true });
    }
  });

  it.each([
    ['gpt2-causal-lm', 'causal-lm-with-past.opset14.onnx'],
    ['llama-tied-causal-lm', 'causal-lm-with-past.opset16.onnx'],
  ])('in what was exported for generation: %s, %s', async (model, file) => {
    const graph = await imported(model, `${folder}${model}/${file}`);
    expect(await sitesOf(model, graph)).toEqual(await sitesOf(model, await builtGraph(model)));
  });
});
