// Gradients by this project's graphs in ONNX Runtime, beside PyTorch: time, memory, and what per-example results cost.
//
//   npm run bench -- autodiff [--rounds 9]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { initialiseModel, writeSafetensors } from '@guided-dropout/models';
import { bertConfig, makeBatch } from './autodiff/workload.js';
import { profileShare } from './autodiff/profile-share.js';
import { alternate, median, medianRatio } from './harness/alternate.js';
import { pythonWithTorch } from './harness/python.js';
import { note, report } from './harness/report.js';
import { WorkerProcess } from './harness/worker-process.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const benchmark = 'autodiff';
const worker = (what: string, folder: string): WorkerProcess =>
  WorkerProcess.typeScript(what, new URL('./autodiff/worker.ts', import.meta.url), [folder, what]);
const peerFile = fileURLToPath(new URL('./autodiff/peer.py', import.meta.url));
const python = pythonWithTorch();
if (python === undefined) note('No python3 with torch: the cases beside PyTorch are left out.');

const root = await mkdtemp(join(tmpdir(), 'guided-dropout-bench-'));
try {
  const folder = await makeCheckpoint(4);
  await besidePyTorch(folder);
  await perExample(folder);
  await recomputation(folder);
  report({ benchmark, case: 'profile', ...(await profileShare(folder)), goal: 0.12 });
  await construction(await makeCheckpoint(12));
} finally {
  await rm(root, { recursive: true });
}

/** Writes a random BERT and a batch for all sides to read. */
async function makeCheckpoint(numLayers: number): Promise<string> {
  note(`drawing a BERT of ${numLayers} layers …`);
  const folder = await mkdtemp(join(root, `bert-${numLayers}-`));
  const config = { ...bertConfig, num_hidden_layers: numLayers };
  const { graph, parameters } = initialiseModel(config, { type: 'masked-lm' }, 1);
  const weights = new Map(parameters.map((name) => [name, graph.initializers.get(name)!]));
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'batch.json'), JSON.stringify(makeBatch()));
  await writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' });
  return folder;
}

/** (a) and (c): forward pass and all gradients, 4 layers of BERT-base width, 8 × 128. */
async function besidePyTorch(folder: string): Promise<void> {
  if (python === undefined) return;
  const workers = [
    worker('summed', folder),
    new WorkerProcess('PyTorch', python, [peerFile, folder, String(availableParallelism())]),
  ];
  for (const each of workers) await each.ready();
  const { seconds, results } = await alternate(workers, rounds);
  const [ours, peer] = seconds as [number[], number[]];
  report({
    benchmark,
    case: 'forward-backward',
    rounds,
    seconds: median(ours),
    peerSeconds: median(peer),
    ratio: medianRatio(ours, peer),
    goal: 0.9,
    loss: results[0],
    peerLoss: results[1],
  });
  const [bytes, peerBytes] = [await workers[0]!.end(), await workers[1]!.end()];
  report({ benchmark, case: 'peak-memory', bytes, peerBytes, ratio: bytes / peerBytes, goal: 1 });
}

/** (b): per-example results beside the summed gradients, same batch. */
async function perExample(folder: string): Promise<void> {
  const names = ['summed', 'norms', 'diagonal'] as const;
  const workers = names.map((name) => worker(name, folder));
  for (const each of workers) await each.ready();
  const { seconds } = await alternate(workers, rounds);
  for (const [i, goal] of [
    [1, 0.8],
    [2, 1.5],
  ] as const) {
    const ratio = medianRatio(seconds[i]!, seconds[0]!);
    report({ benchmark, case: `per-example-${names[i]}`, rounds, seconds: median(seconds[i]!), ratio, goal });
  }
  for (const each of workers) await each.end();
}

/** What it costs to compute each layer a second time, and the memory that it saves. */
async function recomputation(folder: string): Promise<void> {
  const workers = [worker('recomputing', folder), worker('summed', folder)];
  for (const each of workers) await each.ready();
  const { seconds } = await alternate(workers, rounds);
  const ratio = medianRatio(seconds[0]!, seconds[1]!);
  const [bytes, plainBytes] = [await workers[0]!.end(), await workers[1]!.end()];
  report({ benchmark, case: 'recomputing', rounds, ratio, bytes, plainBytes, bytesRatio: bytes / plainBytes });
}

/** (d): from weights in memory to a graph with gradients, and from there to a session that can run. */
async function construction(folder: string): Promise<void> {
  const times: { readonly graph: number[]; readonly session: number[] } = { graph: [], session: [] };
  for (let round = 0; round < 3; round++) {
    const twelve = worker('summed', folder);
    const { constructionSeconds, sessionSeconds } = await twelve.ready();
    times.graph.push(constructionSeconds!);
    times.session.push(sessionSeconds!);
    await twelve.end();
  }
  report({ benchmark, case: 'construction-12-layers', seconds: median(times.graph), goal: 1 });
  report({ benchmark, case: 'session-start-12-layers', seconds: median(times.session), goal: 3 });
}
