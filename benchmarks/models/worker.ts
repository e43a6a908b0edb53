// Loads a checkpoint to a graph that can run: `worker.ts FOLDER`, driven by ../harness/worker-process.
import { buildModel, loadCheckpoint } from '@guided-dropout/models';
import { peakBytes, workerLoop } from '../harness/worker-loop.js';

const [folder] = process.argv.slice(2) as [string];
const before = peakBytes();
const start = performance.now();
const { graph } = buildModel(await loadCheckpoint(folder), { type: 'masked-lm' });
const seconds = (performance.now() - start) / 1000;
await workerLoop(async () => graph.nodes.length, { seconds, grownBytes: peakBytes() - before });
