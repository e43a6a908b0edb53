// BERT-base: how much memory reading a checkpoint takes, and how long.
import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bytesPerElement, type DataType } from '@guided-dropout/onnx';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const config = {
  model_type: 'bert',
  vocab_size: 30_522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  hidden_act: 'gelu',
};

function shapes(): Map<string, readonly number[]> {
  const [hidden, inner] = [config.hidden_size, config.intermediate_size];
  const found = new Map<string, readonly number[]>();
  const linear = (name: string, outputs: number, inputs: number): unknown =>
    found.set(`${name}.weight`, [outputs, inputs]).set(`${name}.bias`, [outputs]);
  const norm = (name: string): unknown => found.set(`${name}.weight`, [hidden]).set(`${name}.bias`, [hidden]);
  const embedding = (name: string, rows: number): unknown =>
    found.set(`bert.embeddings.${name}_embeddings.weight`, [rows, hidden]);
  embedding('word', config.vocab_size);
  embedding('position', config.max_position_embeddings);
  embedding('token_type', config.type_vocab_size);
  norm('bert.embeddings.LayerNorm');
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = `bert.encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) linear(`${at}.attention.self.${part}`, hidden, hidden);
    linear(`${at}.attention.output.dense`, hidden, hidden);
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, inner, hidden);
    linear(`${at}.output.dense`, hidden, inner);
    norm(`${at}.output.LayerNorm`);
  }
  linear('cls.predictions.transform.dense', hidden, hidden);
  norm('cls.predictions.transform.LayerNorm');
  return found.set('cls.predictions.bias', [config.vocab_size]);
}

/** A folder with a BERT-base of zeros: its file is sparse, so that writing it takes no time and no disk. */
async function bertBase(type: 'F32' | 'F16'): Promise<{ readonly folder: string; readonly bytes: number }> {
  const dataType: DataType = type === 'F32' ? 'float32' : 'float16';
  let at = 0;
  const entries = Array.from(shapes(), ([name, shape]) => {
    const begin = at;
    at += shape.reduce((product, dim) => product * dim, bytesPerElement(dataType));
    return [name, { dtype: type, shape, data_offsets: [begin, at] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const preamble = Buffer.alloc(8);
  preamble.writeBigUInt64LE(BigInt(header.length));
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const file = await open(join(folder, 'model.safetensors'), 'w');
  await file.write(Buffer.concat([preamble, header]));
  await file.truncate(8 + header.length + at);
  await file.close();
  return { folder, bytes: at };
}

// The graph's own share is small; the rest of the bound is room for the collector. Half precision is held as float32,
// twice the file, beside the one tensor that is being read.
test.each([
  ['F32', 1.5],
  ['F16', 2.5],
] as const)('BERT-base in %s is a graph in less than %d × its file of memory', async (type, bound) => {
  const { folder, bytes } = await bertBase(type);
  expect(bytes).toBeGreaterThan(109e6 * (type === 'F32' ? 4 : 2));
  const child = ['--import', 'tsx', join(packageFolder, 'test/load-memory-child.ts'), folder];
  const { stdout } = await promisify(execFile)(process.execPath, child, {
    cwd: packageFolder,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(packageFolder, 'tsconfig.json') },
  });
  const { grown, seconds, parameters } = JSON.parse(stdout) as Record<string, number>;
  expect(parameters).toBe(shapes().size);
  expect(grown! / bytes).toBeGreaterThan(0.9); // it is measured at all
  expect(grown! / bytes).toBeLessThan(bound);
  // A second on two idle cores; a machine that runs other tests beside this one has its slow moments.
  expect(seconds).toBeLessThan(10);
});
