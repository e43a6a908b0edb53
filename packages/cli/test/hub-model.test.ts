// A model that is named by its id: found in the cache that Hugging Face libraries share, in half precision here.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  configStoredAs,
  loadCheckpoint,
  readSafetensors,
  weightsStoredAs,
  writeSafetensors,
} from '@guided-dropout/models';
import { HubServer } from '../../models/test/hub-server.js';
import { outputOf, runProgram } from './run-program.js';
import { writeSmallCheckpoint } from './small-checkpoint.js';
import { writeSst2 } from './small-tasks.js';
import { temporaryFolder } from './temporary-folder.js';

let folder: string;
let remove: () => Promise<void>;
const at = (...parts: string[]): string => join(folder, ...parts);
const commit = 'c'.repeat(40);
const offline = (): { cwd: string; env: Record<string, string> } => ({
  cwd: folder,
  env: { HF_HUB_CACHE: at('hub'), HF_HUB_OFFLINE: '1' },
}); // prettier-ignore

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  await writeSmallCheckpoint(at('small'));
  const { weights, config } = await loadCheckpoint(at('small'));
  await writeSafetensors(at('small/model.safetensors'), weightsStoredAs(weights, 'bfloat16'), { format: 'pt' });
  await writeFile(at('small/config.json'), JSON.stringify(configStoredAs(config, 'bfloat16')));
  await mkdir(at('hub/models--org--name/snapshots'), { recursive: true });
  await mkdir(at('hub/models--org--name/refs'));
  await rename(at('small'), at('hub/models--org--name/snapshots', commit));
  await writeFile(at('hub/models--org--name/refs/main'), commit);
  await writeFile(at('corpus.txt'), 'the film was very good\na dog liked the cat\nwe saw the story\n'.repeat(4));
  await writeSst2(at('SST-2'));
});
afterAll(() => remove());

test('the whole method runs on it and knows it by its id', async () => {
  const model = ['--model', 'org/name'];
  const scoring = [...model, '--corpus', 'corpus.txt', '--fraction', '1', '--out', 'fisher.safetensors'];
  await outputOf(['fisher', ...scoring], offline());
  expect((await readSafetensors(at('fisher.safetensors'))).metadata['model']).toBe('org/name');
  await outputOf(['schedule', ...model, '--fisher', 'fisher.safetensors', '--out', 'schedule.json'], offline());
  const training = [...model, '--task', 'sst2', '--data', 'SST-2', '--epochs', '1', '--out', 'tuned'];
  const guided = ['--regularizer', 'guided', '--schedule', 'schedule.json'];
  await outputOf(['finetune', ...training, ...guided], offline());
  // What was trained in float32 is saved in it, and says so.
  const { entries } = await readSafetensors(at('tuned/model.safetensors'));
  expect(new Set(Array.from(entries.values(), ({ dataType }) => dataType))).toEqual(new Set(['float32']));
  const config = JSON.parse(await readFile(at('tuned/config.json'), 'utf8')) as Record<string, unknown>;
  expect(config['torch_dtype']).toBe('float32');
});

test('one that is on the hub is downloaded once, with a bar', async () => {
  // Many rows of embeddings: a file large enough for a bar.
  await writeSmallCheckpoint(at('large'), { vocabularySize: 45_000 });
  const names = await readdir(at('large'));
  const files = await Promise.all(names.map(async (name) => [name, await readFile(at('large', name))] as const));
  const server = await HubServer.start({ 'org/large': { files: Object.fromEntries(files) } });
  const env = { HF_HUB_CACHE: at('hub'), HF_HUB_OFFLINE: '', HF_ENDPOINT: server.endpoint };
  const args = ['fisher', '--model', 'org/large', '--corpus', 'corpus.txt', '--out', 'large.safetensors'];
  const first = await runProgram(args, { cwd: folder, env });
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toMatch(/^Downloading model\.safetensors \(MB\) █+ 100% (\d+)\/\1 [^\n]*\norg\/large: /);
  expect(server.downloads).toHaveLength(4);
  const second = await runProgram(args, { cwd: folder, env });
  expect(second.stderr).toMatch(/^org\/large: /);
  expect(server.downloads).toHaveLength(4);
});

test('one that is not in the cache ends in one line, offline and where the hub does not answer', async () => {
  const args = ['fisher', '--model', 'org/other', '--corpus', 'corpus.txt', '--out', 'other.safetensors'];
  const without = await runProgram(args, offline());
  expect(without).toMatchObject({ code: 1, stdout: '' });
  expect(without.stderr).toMatch(/^error: model 'org\/other': expected a folder of that name, or [^\n]*\[HUB_OFFLINE\]\n$/);

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve)); // nobody listens there now
  const env = { HF_HUB_CACHE: at('hub'), HF_HUB_OFFLINE: '', HF_ENDPOINT: `http://127.0.0.1:${port}` };
  const unanswered = await runProgram(args, { cwd: folder, env });
  expect(unanswered).toMatchObject({ code: 1, stdout: '' });
  expect(unanswered.stderr).toMatch(/^error: model 'org\/other': [^\n]*ECONNREFUSED[^\n]*\[HUB_UNREACHABLE\]\n$/);
}); // prettier-ignore
