// Forward pass and gradients of a BERT in ONNX Runtime: `worker.ts FOLDER WANTED`, driven by ../harness/worker-process.
import { loadCheckpoint } from '@guided-dropout/models';
import { zeros } from '@guided-dropout/onnx';
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

const feeds = ortFeeds({ ...readBatch(folder), ...Object.fromEntries(values) });
const gradients = ortFeeds(
  Object.fromEntries(
    graph.outputs.flatMap(({ name, dims = [] }) =>
      dims.every((dim) => typeof dim === 'number') ? [[name, zeros('float32', dims)]] : [],
    ),
  ),
);
const work = async (): Promise<number> => {
  await session.runInto(feeds, gradients);
  return Number(gradients['loss']!.data[0]);
};
await workerLoop(work, { constructionSeconds, sessionSeconds });
