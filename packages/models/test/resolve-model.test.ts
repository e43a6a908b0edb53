import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32, type Tensor } from '@guided-dropout/onnx';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  checkpointName,
  encodeSafetensors,
  loadCheckpoint,
  resolveModel,
  type DownloadProgress,
  type ResolveModelOptions,
} from '../src/index.js';
import { COMMIT, HubServer, type ServedModel } from './hub-server.js';
import { refusal } from './refusal.js';
import { temporaryFolder } from './temporary-folder.js';
import { writeShards } from './write-shards.js';

const weights = new Map<string, Tensor>([
  ['a', float32([64, 1024], new Float32Array(2 ** 16).fill(0.5))],
  ['b', float32([2], [1, 2])],
]);
const safetensors = encodeSafetensors(weights, { format: 'pt' });
const model: ServedModel = {
  files: {
    'config.json': JSON.stringify({ model_type: 'bert' }),
    'model.safetensors': safetensors,
    'tokenizer.json': '{"version":"1.0"}',
    'tokenizer_config.json': '{}',
    'vocab.txt': '[PAD]\n',
    'README.md': 'not needed',
    'pytorch_model.bin': 'not needed',
    'model.fp16.safetensors': 'not needed',
  },
};
const needed = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt'];

const variables = [
  'HF_ENDPOINT', 'HF_HOME', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_TOKEN',
]; // prettier-ignore
beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

/** A hub with two models, and the options by which it is used with a cache of its own. */
async function hub(models: Record<string, ServedModel> = {}): Promise<[HubServer, ResolveModelOptions & { cacheFolder: string }]> {
  const server = await HubServer.start({ 'org/name': model, 'bert-tiny': model, ...models });
  return [server, { endpoint: server.endpoint, cacheFolder: join(await temporaryFolder(), 'hub') }];
} // prettier-ignore

async function inFolder<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  return action().finally(() => process.chdir(before));
}

describe('resolveModel', () => {
  it('downloads what is needed into the layout that all Hugging Face libraries share', async () => {
    const [server, options] = await hub();
    const folder = await resolveModel('org/name', options);
    const repository = join(options.cacheFolder, 'models--org--name');
    expect(folder).toBe(join(repository, 'snapshots', COMMIT));
    expect((await readdir(folder)).toSorted()).toEqual(needed);
    expect(server.downloads.toSorted()).toEqual(needed);
    expect(await readFile(join(repository, 'refs', 'main'), 'utf8')).toBe(COMMIT);
    const link = await readlink(join(folder, 'model.safetensors'));
    expect(link).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    expect(await readdir(join(repository, 'blobs'))).toHaveLength(needed.length);
    const checkpoint = await loadCheckpoint(folder);
    expect(checkpoint.weights).toEqual(weights);
    expect(checkpointName(checkpoint)).toBe('org/name');
  });

  it('downloads nothing again, and only what changed of another commit', async () => {
    const [server, options] = await hub();
    const first = await resolveModel('org/name', options);
    expect(await resolveModel('org/name', options)).toBe(first);
    expect(server.downloads).toHaveLength(needed.length);
    const commit = 'a'.repeat(40);
    const config = JSON.stringify({ model_type: 'bert', changed: true });
    server.models.set('org/name', { commit, files: { ...model.files, 'config.json': config } });
    const second = await resolveModel('org/name', options);
    expect(server.downloads.slice(needed.length)).toEqual(['config.json']);
    expect((await loadCheckpoint(second)).config).toEqual({ model_type: 'bert', changed: true });
    expect((await loadCheckpoint(first)).config).toEqual({ model_type: 'bert' });
  });

  it('takes names without an organisation, branches and commits', async () => {
    const [, options] = await hub({ 'org/other': { ...model, branch: 'refs/pr/1' } });
    const folder = await resolveModel('bert-tiny', options);
    expect(checkpointName(await loadCheckpoint(folder))).toBe('bert-tiny');
    const other = await resolveModel('org/other@refs/pr/1', options);
    expect(await readFile(join(options.cacheFolder, 'models--org--other/refs/refs/pr/1'), 'utf8')).toBe(COMMIT);
    expect(await resolveModel(`org/other@${COMMIT}`, options)).toBe(other);
  });

  it('follows an index to its shards', async () => {
    const folder = await temporaryFolder();
    await writeShards(folder, weights, 2);
    const names = await readdir(folder);
    const shards = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
    const config = JSON.stringify({ model_type: 'bert' });
    const [server, options] = await hub({ 'org/large': { files: { 'config.json': config, ...Object.fromEntries(shards) } } });
    expect((await loadCheckpoint(await resolveModel('org/large', options))).weights).toEqual(weights);
    expect(server.downloads).toHaveLength(4);
  }); // prettier-ignore

  it('reports the bytes of every file', async () => {
    const [, options] = await hub();
    const seen: DownloadProgress[] = [];
    await resolveModel('org/name', { ...options, onProgress: (progress) => seen.push(progress) });
    for (const file of needed) {
      const totalBytes = Buffer.byteLength(model.files[file]!);
      const counts = seen.filter((each) => each.file === file).map(({ receivedBytes }) => receivedBytes);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(seen.findLast((each) => each.file === file)).toEqual({ file, receivedBytes: totalBytes, totalBytes });
    }
    expect(seen.filter(({ file }) => file === 'model.safetensors').length).toBeGreaterThan(1);
  });

  it('prefers a folder that exists to an id, and asks nobody', async () => {
    const [server, options] = await hub();
    const root = await temporaryFolder();
    await mkdir(join(root, 'org/name'), { recursive: true });
    const found = await inFolder(root, async () => [
      await resolveModel('org/name', options),
      await resolveModel('./org/name/', options),
      await resolveModel(join(root, 'org'), options),
    ]);
    expect(found.map((folder) => folder.replace(/^.*guided-dropout-\w+/, ''))).toEqual(['/org/name', '/org/name', '/org']);
    expect(server.authorizations.size).toBe(0);
  }); // prettier-ignore

  it('refuses what is neither a folder nor an id, and asks nobody', async () => {
    const [server, options] = await hub();
    const paths = [
      './none',
      '../none',
      '/none/at/all',
      'a/b/c',
      'org/',
      '~/model',
      'org/..',
      '',
      'C:\\model',
      '../../name',
    ];
    const names = ['a--b', 'org/name.git', 'name?x', 'name#x', 'a%2fb', '-name', 'org./name', 'n'.repeat(97), 'name\0'];
    const revisions = ['a@', 'a@../b', 'a@b/../../c', 'a@/b', 'a@b/', 'a@b@c', 'a@b c'];
    for (const text of [...paths, ...names, ...revisions]) {
      const error = await refusal(() => resolveModel(text, options));
      expect(error, text).toMatchObject({ code: 'CHECKPOINT_MISSING', report: { where: text } });
    }
    expect(server.authorizations.size).toBe(0);
  });

  it('takes endpoint, cache and token from the environment', async () => {
    const [server, { cacheFolder }] = await hub();
    vi.stubEnv('HF_ENDPOINT', `${server.endpoint}/`);
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    vi.stubEnv('HF_HOME', join(cacheFolder, 'home'));
    expect(await resolveModel('org/name')).toBe(join(cacheFolder, 'home/hub/models--org--name/snapshots', COMMIT));
    expect([...server.authorizations]).toEqual(['Bearer hf_secret']);
    vi.stubEnv('HF_HUB_CACHE', join(cacheFolder, 'cache'));
    expect(await resolveModel('org/name')).toBe(join(cacheFolder, 'cache/models--org--name/snapshots', COMMIT));
    vi.stubEnv('HF_TOKEN', 'secret');
    const error = await refusal(() => resolveModel('org/name'));
    expect(error.code).toBe('HUB_TOKEN');
    expect(error.message).not.toContain('secret');
  });
});

describe('resolveModel without a hub', () => {
  const offline = { offline: true, endpoint: 'http://127.0.0.1:9' }; // asked in spite of that, it would not answer

  it('reads what is in the cache, by branch and by commit, and says what is not', async () => {
    const [server, options] = await hub();
    const folder = await resolveModel('org/name', options);
    await server.stop();
    for (const id of ['org/name', `org/name@${COMMIT}`]) {
      expect(await resolveModel(id, { ...options, ...offline })).toBe(folder);
      expect(await resolveModel(id, options)).toBe(folder); // not called offline, but it is
    }
    for (const id of ['org/name@other', 'org/unknown']) {
      const asked = await refusal(() => resolveModel(id, { ...options, ...offline }));
      expect(asked).toMatchObject({ code: 'HUB_OFFLINE', report: { received: expect.stringMatching(/^no config.json in /) } });
      const unanswered = await refusal(() => resolveModel(id, options));
      expect(unanswered).toMatchObject({ code: 'HUB_UNREACHABLE', report: { received: expect.stringMatching(/ECONNREFUSED/) } });
      for (const { message } of [asked, unanswered]) expect(message).toMatch(/^model 'org\/\w+': expected a folder of that name, or [^\n]*$/);
    }
  }); // prettier-ignore

  it('asks nobody where the environment says so', async () => {
    const [server, options] = await hub();
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect((await refusal(() => resolveModel('org/name', options))).code).toBe('HUB_OFFLINE');
    expect(server.authorizations.size).toBe(0);
    vi.stubEnv('HF_HUB_OFFLINE', '0');
    expect(await resolveModel('org/name', options)).toContain(COMMIT);
  });

  it('keeps to the last commit that came in whole', async () => {
    const [server, options] = await hub();
    const whole = await resolveModel('org/name', options);
    const changed = Buffer.from(safetensors).fill(0, safetensors.length - 8);
    const files = { ...model.files, 'model.safetensors': changed };
    server.models.set('org/name', { commit: 'a'.repeat(40), files });
    server.faults.content = safetensors.subarray(1);
    await refusal(() => resolveModel('org/name', options));
    expect(await resolveModel('org/name', { ...options, ...offline })).toBe(whole);
  });

  it('does not take half a download for the model', async () => {
    const [server, options] = await hub();
    server.faults.status.push(403);
    server.models.set('org/name', { files: { ...model.files } });
    await refusal(() => resolveModel('org/name', options));
    expect(await refusal(() => resolveModel('org/name', { ...options, ...offline }))).toMatchObject({
      code: 'HUB_OFFLINE',
    });
    const folder = await resolveModel('org/name', options);
    await rm(join(folder, 'model.safetensors'));
    expect(await refusal(() => resolveModel('org/name', { ...options, ...offline }))).toMatchObject({
      code: 'HUB_OFFLINE',
      report: { received: `no model.safetensors in ${folder}` },
    });
  });
});

describe('a download', () => {
  const blobsOf = (cacheFolder: string): Promise<string[]> => readdir(join(cacheFolder, 'models--org--name/blobs'));
  const weightsOnly = {
    'org/name': { files: { 'config.json': '{"model_type":"bert"}', 'model.safetensors': safetensors } },
  };

  it('that is interrupted goes on where it stopped', async () => {
    const [server, options] = await hub(weightsOnly);
    server.faults.cutAfter.push(7, 100_000, 0);
    const seen: number[] = [];
    const onProgress = ({ file, receivedBytes }: DownloadProgress): unknown => file === 'model.safetensors' && seen.push(receivedBytes);
    const folder = await resolveModel('org/name', { ...options, onProgress });
    expect((await loadCheckpoint(folder)).weights).toEqual(weights);
    expect(server.downloads).toEqual([
      'config.json',
      'model.safetensors',
      'model.safetensors from 7',
      'model.safetensors from 100007',
      'model.safetensors from 100007',
    ]);
    expect(seen.at(-1)).toBe(safetensors.length);
    expect(await blobsOf(options.cacheFolder)).toHaveLength(2);
  }); // prettier-ignore

  it('that is interrupted again and again is given up, leaves nothing, and works later', async () => {
    const [server, options] = await hub(weightsOnly);
    server.faults.cutAfter.push(1000, 0, 10, 0);
    const error = await refusal(() => resolveModel('org/name', options));
    expect(error).toMatchObject({ code: 'HUB_DOWNLOAD', report: { received: expect.stringMatching(/^1010, interrupted 4 times/) } });
    expect(await blobsOf(options.cacheFolder)).toHaveLength(1);
    expect((await loadCheckpoint(await resolveModel('org/name', options))).weights).toEqual(weights);
  }); // prettier-ignore

  it.each([
    ['longer', Buffer.concat([safetensors, Uint8Array.of(0)]), /a file of \d+ bytes/],
    ['shorter', safetensors.subarray(0, -1), /a file of \d+ bytes/],
    ['other', Buffer.from(safetensors).fill(1), /other content \(hash [0-9a-f]{12}…\)/],
  ])('of %s content than the hub lists is refused and not kept', async (_, content, received) => {
    const [server, options] = await hub(weightsOnly);
    const { 'config.json': config } = weightsOnly['org/name'].files;
    server.models.set('org/name', { files: { 'config.json': config } });
    await refusal(() => resolveModel('org/name', options)); // has the configuration now
    server.models.set('org/name', weightsOnly['org/name']);
    server.faults.content = content;
    const error = await refusal(() => resolveModel('org/name', options));
    expect(error).toMatchObject({ code: 'HUB_DOWNLOAD', report: { received: expect.stringMatching(received) } });
    expect(await blobsOf(options.cacheFolder)).toHaveLength(1);
    delete server.faults.content;
    expect((await loadCheckpoint(await resolveModel('org/name', options))).weights).toEqual(weights);
  });

  it('replaces a content of another size in the cache', async () => {
    const [, options] = await hub(weightsOnly);
    const folder = await resolveModel('org/name', options);
    await writeFile(join(folder, 'model.safetensors'), 'cut'); // through the link
    expect((await loadCheckpoint(await resolveModel('org/name', options))).weights).toEqual(weights);
  });

  it('survives a server that is busy for a moment', async () => {
    const [server, options] = await hub(weightsOnly);
    server.faults.status.push(503, 429);
    expect(await resolveModel('org/name', options)).toContain(COMMIT);
    expect(server.downloads).toEqual(['config.json', 'model.safetensors']);
  });

  it('to a place that cannot be written says so', async () => {
    const [, options] = await hub();
    await writeFile(options.cacheFolder, 'a file');
    expect(await refusal(() => resolveModel('org/name', options))).toMatchObject({
      code: 'OUTPUT_WRITE',
      report: { received: expect.stringContaining('through a file') },
    });
  });
});

describe('a model that cannot be had', () => {
  it.each([
    ['is not there', 'org/unknown', 'HUB_NOT_FOUND', /status 401/],
    ['has no such revision', 'org/name@none', 'HUB_NOT_FOUND', /status 404/],
    ['is not for everyone', 'org/gated', 'HUB_ACCESS', /status 403/],
    ['has pickles only', 'org/pickle', 'CHECKPOINT_PICKLE', /only a pickle/],
    ['has no weights', 'org/empty', 'HUB_FILES', /no weights in safetensors/],
    ['has no configuration', 'org/data', 'HUB_FILES', /no such file/],
    ['lacks a shard', 'org/gap', 'HUB_FILES', /no such file/],
    ['has an index that leads elsewhere', 'org/hostile', 'CHECKPOINT_INDEX', /\.\.\/x\.safetensors/],
  ])('because it %s is refused', async (_, id, code, received) => {
    const config = '{"model_type":"bert"}';
    const index = (shard: string): string => JSON.stringify({ weight_map: { a: shard } });
    const [server, options] = await hub({
      'org/gated': model,
      'org/pickle': { files: { 'config.json': config, 'pytorch_model.bin': 'x' } },
      'org/empty': { files: { 'config.json': config, 'tf_model.h5': 'x' } },
      'org/data': { files: { 'data.csv': 'x' } },
      'org/gap': { files: { 'config.json': config, 'model.safetensors.index.json': index('x.safetensors') } },
      'org/hostile': { files: { 'config.json': config, 'model.safetensors.index.json': index('../x.safetensors') } },
    });
    if (id === 'org/gated') server.faults.status.push(403);
    const error = await refusal(() => resolveModel(id, options));
    expect(error.code).toBe(code);
    expect(error.report.received).toMatch(received);
    expect(error.message).not.toContain('\n');
    expect(server.downloads).not.toContain('pytorch_model.bin');
  });

  it('because the hub answers nonsense is refused', async () => {
    const [server, options] = await hub();
    server.models.set('org/name', { ...model, commit: '../../etc' });
    expect(await refusal(() => resolveModel('org/name', options))).toMatchObject({ code: 'HUB_UNREACHABLE' });
    onTestFinished(async () => expect(await readdir(options.cacheFolder).catch(() => [])).toEqual([]));
  });
});
