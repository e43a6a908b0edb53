// Forward pass and gradients of a BERT in ONNX Runtime: `worker.ts FOLDER WANTED`, driven by ../harness/worker-process.
import { loadCheckpoint } from '@guided-dropout/models';
import { zeros, type Dimension } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { ortFeeds } from '../harness/onnxruntime.js';
import { workerLoop } from '../harness/worker-loop.js';
import { readBatch, trainingGraph, type Wanted } from './training-graph.js';

const [folder, wanted] = process.argv.slice(2) as [string, Wanted];
const checkpoint = await loadCheckpoint(folder);
const start = performance.now();
const { graph, values } = await trainingGraph(checkpoint, wanted);
const constructionSeconds = (performance.now() - start) / 1000;
const session = await Session.create(graph);
const sessionSeconds = (performance.now() - start) / 1000 - constructionSeconds;

const batch = readBatch(folder);
const sizes = (dims: readonly Dimension[] = []): number[] =>
  dims.map((dim) => (typeof dim === 'number' ? dim : batch['input_ids']!.dims[0]!));
const feeds = ortFeeds({ ...batch, ...Object.fromEntries(values) });
// Gradients are written over in every run, into memory of ours.
const outputs = ortFeeds(
  Object.fromEntries(graph.outputs.map(({ name, dims }) => [name, zeros('float32', sizes(dims))])),
);
const work = async (): Promise<number> => {
  await session.runRaw(feeds, outputs);
  return Number(outputs['loss']!.data[0]);
};
await workerLoop(work, { constructionSeconds, sessionSeconds });
