import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { outputConflict } from './output-apart.js';

const root = await realpath(await mkdtemp(join(tmpdir(), 'output-apart-')));
afterAll(() => rm(root, { recursive: true, force: true }));
const model = join(root, 'project', 'model');
await mkdir(model, { recursive: true });
await writeFile(join(root, 'project', 'corpus.txt'), 'text');
await symlink(model, join(root, 'link'));
const inputs = { '--model': model, '--corpus': join(root, 'project', 'corpus.txt'), '--schedule': undefined };

describe('outputConflict', () => {
  it.each([
    ['an empty path', '', 'must not be empty'],
    ['the root', '/', 'would replace the current folder'],
    ['the current folder', '.', 'would replace the current folder'],
    ['a folder above it', '..', 'would replace the current folder'],
    ['the home folder', homedir(), 'would replace'],
    ['an input', join(root, 'project', 'corpus.txt'), 'would replace what --corpus names'],
    ['the model', model, 'would replace what --model names'],
    ['the model, through a link', join(root, 'link'), 'would replace what --model names'],
    ['a folder that holds inputs', join(root, 'project'), 'would replace what --model names'],
    ['a file of the model', join(model, 'model.safetensors'), 'would replace model.safetensors of the model'],
    [
      'a file of the model, through a link',
      join(root, 'link', 'config.json'),
      'would replace config.json of the model',
    ],
  ])('refuses %s', async (_, out, reason) => {
    expect(await outputConflict(out, inputs)).toContain(reason);
  });

  it.each([
    ['a new path', join(root, 'new', 'deep')],
    ['a path that begins like an input', join(root, 'project', 'model-2')],
    ['a new file in the model folder', join(model, 'fisher.safetensors')],
  ])('allows %s', async (_, out) => {
    expect(await outputConflict(out, inputs)).toBeUndefined();
  });
});
