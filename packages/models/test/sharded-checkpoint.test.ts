import { copyFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32, int64, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint, writeSafetensors } from '../src/index.js';
import { refusal } from './refusal.js';
import { temporaryFolder } from './temporary-folder.js';
import { writeShards } from './write-shards.js';

const tensors = new Map<string, Tensor>([
  ['a', float32([2], [1, 2])],
  ['b', float32([1, 2], [3, 4])],
  ['c', int64([1], [5])],
  ['d', float32([], [6])],
]);
const indexName = 'model.safetensors.index.json';
const shard1 = 'model-00001-of-00002.safetensors';
const shard2 = 'model-00002-of-00002.safetensors';

/** A folder with a good checkpoint in two shards: a and c in the first, b and d in the second. */
async function shardedFolder(inside = ''): Promise<string> {
  const folder = join(await temporaryFolder(), inside);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }));
  await writeShards(folder, tensors, 2);
  return folder;
}

describe('a checkpoint in shards', () => {
  it('is that of one file', async () => {
    const folder = await shardedFolder();
    const { weights } = await loadCheckpoint(folder);
    expect(weights.size).toBe(tensors.size);
    for (const [name, value] of tensors) expect(weights.get(name)).toEqual(value);
  });

  it('is left alone where there is one file too, as in transformers', async () => {
    const folder = await shardedFolder();
    await writeSafetensors(join(folder, 'model.safetensors'), new Map([['whole', float32([], [1])]]));
    await writeFile(join(folder, indexName), 'not to be opened');
    expect([...(await loadCheckpoint(folder)).weights.keys()]).toEqual(['whole']);
  });

  it.each([0, 1, '12', null, 1.5])('is read whatever its index says of its size: %j', async (total_size) => {
    const folder = await shardedFolder();
    const index = JSON.parse(await readFile(join(folder, indexName), 'utf8')) as object;
    await writeFile(join(folder, indexName), JSON.stringify({ ...index, metadata: { total_size } }));
    expect((await loadCheckpoint(folder)).weights.size).toBe(tensors.size);
  });

  it('is read where links lead within the folder, and in a cache to its blobs', async () => {
    const folder = await shardedFolder('models--org--name/snapshots/main');
    await rename(join(folder, shard1), join(folder, 'first'));
    await symlink('first', join(folder, shard1));
    await mkdir(join(folder, '../../blobs'));
    await rename(join(folder, shard2), join(folder, '../../blobs/second'));
    await symlink('../../blobs/second', join(folder, shard2));
    expect((await loadCheckpoint(folder)).weights.size).toBe(tensors.size);
    // Through a link to the folder too.
    const link = join(await temporaryFolder(), 'link');
    await symlink(folder, link);
    expect((await loadCheckpoint(link)).weights.size).toBe(tensors.size);
  });
});

describe('a checkpoint in shards is refused', () => {
  const indexOf = (weightMap: string): string => `{"metadata":{},"weight_map":${weightMap}}`;

  it.each([
    ['../outside.safetensors'],
    ['/outside.safetensors'],
    ['sub/folder.safetensors'],
    ['sub\\folder.safetensors'],
    ['C:outside.safetensors'],
    ['a.safetensors\0'],
    ['pytorch_model.bin'],
    ['config.json'],
    ['.safetensors/..'],
    [''],
  ])('when a shard is called %j', async (name) => {
    const folder = await shardedFolder('model');
    await copyFile(join(folder, shard1), join(folder, '../outside.safetensors'));
    await writeFile(join(folder, indexName), indexOf(JSON.stringify({ a: name, c: name })));
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_INDEX');
    expect(error.report).toMatchObject({ where: expect.stringContaining('"a"'), received: JSON.stringify(name) });
  });

  it.each(['../outside', '../../snapshots', '../../blobs-too'])('when a shard is a link to %s', async (place) => {
    const folder = await shardedFolder('models--org--name/snapshots/main');
    await mkdir(join(folder, place), { recursive: true });
    await mkdir(join(folder, '../../blobs'));
    await rename(join(folder, shard2), join(folder, place, 'second'));
    await symlink(join(place, 'second'), join(folder, shard2));
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_INDEX');
    expect(error.report).toMatchObject({ where: join(folder, shard2), received: expect.stringMatching(/^a link to /) });
  });

  it('when a shard is missing, or no file, before any is read', async () => {
    const folder = await shardedFolder();
    await writeFile(join(folder, shard1), 'not to be opened');
    await rm(join(folder, shard2));
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.report).toMatchObject({ where: join(folder, shard2), received: 'no such file' });
    await mkdir(join(folder, shard2));
    expect((await refusal(() => loadCheckpoint(folder))).code).toBe('CHECKPOINT_MISSING');
  });

  it('when a shard is damaged', async () => {
    const folder = await shardedFolder();
    await truncate(join(folder, shard2), 100);
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('SAFETENSORS_TRUNCATED');
    expect(error.report.where).toContain(shard2);
  });

  it.each<[string, ReadonlyMap<string, Tensor>, RegExp]>([
    ['lacks a tensor of the index', new Map([['b', tensors.get('b')!]]), /"d", by the index, received none/],
    ['has one more', new Map([...tensors].filter(([name]) => name !== 'a' && name !== 'c').concat([['e', tensors.get('a')!]])), /one more, "e"/],
    ['has one of another shard', new Map([...tensors].filter(([name]) => name !== 'c')), /one more, "a"/],
  ])('when a shard %s', async (_, content, message) => {
    const folder = await shardedFolder();
    await writeSafetensors(join(folder, shard2), content);
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_INDEX');
    expect(error.message).toMatch(message);
    expect(error.report.where).toBe(join(folder, shard2));
  }); // prettier-ignore

  it.each([
    ['no JSON', 'weights'],
    ['a list', '[]'],
    ['cut short', '{"weight_map":{"a":'],
    ['without a map', '{"metadata":{"total_size":1}}'],
    ['with two maps', `{"weight_map":{"a":"${shard1}"},"weight_map":{"b":"${shard2}"}}`],
    ['with an empty map', indexOf('{}')],
    ['with a list of tensors', indexOf('["a"]')],
    ['with a number for a shard', indexOf('{"a":1}')],
    ['with an object for a shard', indexOf('{"a":{}}')],
    ['with a broken text for a shard', indexOf('{"a":"\\x.safetensors"}')],
    ['with a tensor twice', indexOf(`{"a":"${shard1}","a":"${shard2}"}`)],
    ['with a tensor twice, once escaped', indexOf(`{"a":"${shard1}","\\u0061":"${shard1}"}`)],
  ])('when the index is %s', async (_, text) => {
    const folder = await shardedFolder();
    await writeFile(join(folder, indexName), text);
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_INDEX');
    expect(error.report.where).toContain(join(folder, indexName));
    expect(error.message.length).toBeLessThan(1000);
  });

  it('when the index is larger than any is, without reading it', async () => {
    const folder = await shardedFolder();
    await truncate(join(folder, indexName), 2 ** 40); // sparse: reading this one would not end
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_INDEX');
    expect(error.report.received).toContain(String(2 ** 40));
  });

  it('quickly when the index is as large as allowed and hostile', async () => {
    const folder = await shardedFolder();
    for (const text of ['{"weight_map":{"a":'.repeat(1_700_000), `{"weight_map":{"a":${'['.repeat(32_000_000)}`]) {
      await writeFile(join(folder, indexName), text);
      expect((await refusal(() => loadCheckpoint(folder))).code).toBe('CHECKPOINT_INDEX');
    }
  });
});
