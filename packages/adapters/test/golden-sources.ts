import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildModel, fromOnnx, loadCheckpoint, type Checkpoint, type Head } from '@guided-dropout/models';
import { decodeModel, lowerModel, type Graph } from '@guided-dropout/onnx';
import { goldenExports, goldenModel } from '../../autodiff/test/golden-model.js';

/** A way by which a golden model becomes a graph. */
export interface GoldenSource {
  /** `checkpoint`, or the export's file. */
  readonly name: string;
  graph(): Promise<Graph>;
}

/** The names of the golden models. */
export function goldenNames(): string[] {
  return [...new Set(goldenExports().map(({ model }) => model))];
}

/** The checkpoint of a golden model. */
export function goldenCheckpoint(name: string): Promise<Checkpoint> {
  return loadCheckpoint(fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url)));
}

/** The head that a golden checkpoint was saved with. */
export function goldenHead(name: string, { config }: Checkpoint): Head {
  const { head } = goldenModel(name);
  if (head === 'replaced-tokens') return { type: 'replaced-token-detection' };
  if (head !== 'classification') return { type: head };
  const labels = Object.values(config['id2label'] as Record<string, string>);
  return { type: 'sequence-classification', labels, seed: 1 };
}

/** The graph that the models package builds of a golden checkpoint. */
export async function builtGraph(name: string): Promise<Graph> {
  const checkpoint = await goldenCheckpoint(name);
  return buildModel(checkpoint, goldenHead(name, checkpoint)).graph;
}

/** The graphs of a golden model: built of its checkpoint, its exports, and those with whole names only lowered. */
export function goldenSources(name: string): GoldenSource[] {
  const exported = goldenExports().filter(({ model }) => model === name);
  return [
    { name: 'checkpoint', graph: () => builtGraph(name) },
    ...exported.map(({ file, path }) => ({
      name: file,
      graph: async () => (await fromOnnx(path, { config: (await goldenCheckpoint(name)).config })).graph,
    })),
    ...exported
      .filter(({ file }) => file.includes('unfolded'))
      .map(({ file, path }) => ({
        name: `${file}, lowered`,
        graph: () => Promise.resolve(lowerModel(decodeModel(readFileSync(path)))),
      })),
  ];
}
