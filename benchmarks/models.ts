// Loading BERT-base (110 M parameters, random) from a checkpoint folder to a ready graph: time, and memory beside the file's size.
//
//   npm run bench -- models [--rounds 5]
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '@guided-dropout/core';
import { initialiseModel, writeSafetensors } from '@guided-dropout/models';
import { float32 } from '@guided-dropout/onnx';
import { bertConfig } from './autodiff/workload.js';
import { median } from './harness/alternate.js';
import { note, report } from './harness/report.js';
import { WorkerProcess } from './harness/worker-process.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);

const folder = await mkdtemp(join(tmpdir(), 'guided-dropout-bench-'));
try {
  note('writing a BERT-base of random weights …');
  const fileBytes = await writeCheckpoint();
  const seconds: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const worker = WorkerProcess.typeScript('load', new URL('./models/worker.ts', import.meta.url), [folder]);
    const facts = await worker.ready();
    seconds.push(facts['seconds']!);
    memory.push(facts['grownBytes']! / fileBytes);
    await worker.end();
  }
  report({ benchmark: 'models', case: 'load-bert-base', rounds, fileBytes, seconds: median(seconds), goal: 3 });
  report({ benchmark: 'models', case: 'load-bert-base-memory', rounds, bytesPerFileByte: median(memory), goal: 1.5 });
} finally {
  await rm(folder, { recursive: true });
}

/** Draws one tensor of every size: normal draws for 110 M numbers would take longer than the measurement. */
async function writeCheckpoint(): Promise<number> {
  const small = { ...bertConfig, hidden_size: 12, intermediate_size: 48, num_hidden_layers: 12, vocab_size: 30522 };
  const { graph, parameters } = initialiseModel(small, { type: 'masked-lm' }, 1);
  const scale = bertConfig.hidden_size / small.hidden_size;
  const widths = new Set([small.hidden_size, small.intermediate_size]);
  const random = new Random(2);
  const noise = Float32Array.from({ length: 1 << 16 }, () => 0.02 * (random.uniform() - 0.5));
  const weights = new Map(
    parameters.map((name) => {
      const dims = graph.initializers.get(name)!.dims.map((size) => (widths.has(size) ? size * scale : size));
      const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
      for (let i = 0; i < data.length; i++) data[i] = noise[i % noise.length]!;
      return [name, float32(dims, data)];
    }),
  );
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...bertConfig, num_hidden_layers: 12 }));
  const path = join(folder, 'model.safetensors');
  await writeSafetensors(path, weights, { format: 'pt' });
  return (await stat(path)).size;
}
