import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { checkpointName, encodeSafetensors, loadCheckpoint } from '../src/index.js';
import { refusal } from './refusal.js';
import { temporaryFolder } from './temporary-folder.js';

const tensors = new Map<string, Tensor>([
  ['encoder.weight', float32([2, 3], [1, 2, 3, 4, 5, 6])],
  ['encoder.bias', float32([2], [-1, 0.5])],
]);

/** A folder with a small, good checkpoint. */
async function checkpointFolder(config: string = JSON.stringify({ model_type: 'bert' })): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), config);
  await writeFile(join(folder, 'model.safetensors'), encodeSafetensors(tensors, { format: 'pt' }));
  return folder;
}

describe('loadCheckpoint', () => {
  it('reads configuration and tensors', async () => {
    const config = { model_type: 'bert', hidden_size: 3, nested: { list: [1, null] } };
    const checkpoint = await loadCheckpoint(await checkpointFolder(JSON.stringify(config)));
    expect(checkpoint).toMatchObject({ modelType: 'bert', config });
    expect(checkpoint.weights).toEqual(tensors);
  });

  it('makes the path absolute, so that messages and artifacts name the folder', async () => {
    const folder = await checkpointFolder();
    const checkpoint = await loadCheckpoint(join(folder, 'somewhere', '..'));
    expect(checkpoint.folder).toBe(folder);
    expect(checkpointName(await loadCheckpoint(`${folder}/`))).toBe(folder.split('/').at(-1));
  });

  it('reads no other file of the folder', async () => {
    const folder = await checkpointFolder();
    await writeFile(join(folder, 'pytorch_model.bin'), 'not to be opened');
    await writeFile(join(folder, 'model.safetensors.index.json'), 'not to be opened');
    expect((await loadCheckpoint(folder)).weights.size).toBe(2);
  });
});

describe('loadCheckpoint refuses', () => {
  it('a folder that is not there', async () => {
    const folder = join(await temporaryFolder(), 'missing');
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.report).toMatchObject({ where: folder, received: 'nothing there' });
  });

  it('a file in place of a folder', async () => {
    const file = join(await checkpointFolder(), 'model.safetensors');
    const error = await refusal(() => loadCheckpoint(file));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.report).toMatchObject({ where: file, received: 'a file' });
  });

  it.each(['config.json', 'model.safetensors'])('a folder without %s', async (name) => {
    const source = await checkpointFolder();
    const folder = await temporaryFolder();
    const other = name === 'config.json' ? 'model.safetensors' : 'config.json';
    await writeFile(join(folder, other), await readFile(join(source, other)));
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.report).toMatchObject({ where: join(folder, name), received: 'no such file' });
    expect(error.report.fix).toContain(name);

    await mkdir(join(folder, name));
    const asFolder = await refusal(() => loadCheckpoint(folder));
    expect(asFolder.code).toBe('CHECKPOINT_MISSING');
    expect(asFolder.report).toMatchObject({ where: join(folder, name), received: 'something that is not a file' });
  });

  it.each([
    ['not JSON', '{"model_type": "bert"', /not JSON/],
    ['empty', '', /not JSON/],
    ['a list', '[{"model_type": "bert"}]', /another JSON value/],
    ['null', 'null', /another JSON value/],
    ['a text', '"bert"', /another JSON value/],
  ])('a config.json that is %s', async (_, config, received) => {
    const folder = await checkpointFolder(config);
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_CONFIG');
    expect(error.report.where).toBe(join(folder, 'config.json'));
    expect(error.report.received).toMatch(received);
  });

  it('a config.json of more than 10 MiB, without reading it', async () => {
    const folder = await checkpointFolder();
    const path = join(folder, 'config.json');
    const exactly = 10 * 2 ** 20;
    await writeFile(path, JSON.stringify({ model_type: 'bert' }).padEnd(exactly));
    expect((await loadCheckpoint(folder)).modelType).toBe('bert');
    await truncate(path, exactly + 1);
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_CONFIG');
    expect(error.report.received).toContain(String(exactly + 1));
    // Sparse: reading this one would not end.
    await truncate(path, 2 ** 40);
    expect((await refusal(() => loadCheckpoint(folder))).code).toBe('CHECKPOINT_CONFIG');
  });

  it.each([
    ['missing', {}, 'nothing'],
    ['null', { model_type: null }, 'null'],
    ['a number', { model_type: 7 }, '7'],
    ['a list', { model_type: ['bert'] }, '["bert"]'],
  ])('a model_type that is %s', async (_, config, received) => {
    const folder = await checkpointFolder(JSON.stringify(config));
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_CONFIG');
    expect(error.report).toMatchObject({ where: expect.stringContaining("'model_type'"), received });
  });

  it('weights that end early, wherever they are cut', async () => {
    const folder = await checkpointFolder();
    const path = join(folder, 'model.safetensors');
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      const error = await refusal(() => loadCheckpoint(folder));
      expect(error.code, `${length} bytes`).toBe('SAFETENSORS_TRUNCATED');
      expect(error.report.where).toContain(path);
    }
  });
});
