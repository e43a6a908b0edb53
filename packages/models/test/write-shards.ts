import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@guided-dropout/onnx';
import { writeSafetensors } from '../src/index.js';

/** Writes weights as `transformers` does those of large models: in shards, with an index of what is where. */
export async function writeShards(
  folder: string,
  weights: ReadonlyMap<string, Tensor>,
  numShards: number,
): Promise<void> {
  const fileOf = (shard: number): string =>
    `model-${String(shard + 1).padStart(5, '0')}-of-${String(numShards).padStart(5, '0')}.safetensors`;
  const named = [...weights];
  const weightMap = Object.fromEntries(named.map(([name], i) => [name, fileOf(i % numShards)]));
  for (let shard = 0; shard < numShards; shard++) {
    const part = new Map(named.filter((_, i) => i % numShards === shard));
    await writeSafetensors(join(folder, fileOf(shard)), part, { format: 'pt' });
  }
  const totalSize = named.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  const index = { metadata: { total_size: totalSize }, weight_map: weightMap };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index, undefined, 2));
}
