// Weights stored in half precision: read exactly, and written back as they were.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32, int64, tensor, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it, test } from 'vitest';
import {
  buildModel,
  configStoredAs,
  loadCheckpoint,
  weightsStoredAs,
  writeSafetensors,
  type Checkpoint,
} from '../src/index.js';
import { loadGolden } from './load-golden.js';
import { refusal } from './refusal.js';
import { temporaryFolder } from './temporary-folder.js';
import { writeShards } from './write-shards.js';

async function loaded(weights: Iterable<readonly [string, Tensor]>, config: object = {}): Promise<Checkpoint> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', ...config }));
  await writeSafetensors(join(folder, 'model.safetensors'), new Map(weights), { format: 'pt' });
  return loadCheckpoint(folder);
}

const half = tensor('float16', [3], Uint16Array.of(0x3c00, 0x0001, 0xfbff));
const brain = tensor('bfloat16', [3], Uint16Array.of(0x3f80, 0x0001, 0xff7f));
const ids = int64([1], [3]);

describe('loadCheckpoint', () => {
  it('widens halves exactly', async () => {
    const { weights } = await loaded([
      ['half', half],
      ['brain', brain],
    ]);
    expect(weights.get('half')).toEqual(float32([3], [1, 2 ** -24, -65504]));
    expect(weights.get('brain')).toEqual(float32([3], [1, 2 ** -133, -(2 ** 128 - 2 ** 120)]));
  });

  it.each([
    ['float16', { half, ids }],
    ['bfloat16', { brain, ids }],
    ['float32', { whole: float32([1], [1]) }],
    ['float32', { half, brain }],
    ['float32', { half, whole: float32([1], [1]) }],
    ['float32', { ids }],
  ])('takes %s for the type that holds all weights of %o', async (type, weights) => {
    expect((await loaded(Object.entries<Tensor>(weights))).storedType).toBe(type);
  });

  it('gives back the bytes of the file, in one and in shards', async () => {
    const weights = new Map<string, Tensor>([
      ['a', half],
      ['b', tensor('float16', [2], Uint16Array.of(0x8000, 0x03ff))],
      ['position_ids', ids],
    ]);
    const checkpoint = await loaded(weights);
    const folder = await temporaryFolder();
    const path = join(folder, 'model.safetensors');
    await writeSafetensors(path, weightsStoredAs(checkpoint.weights, checkpoint.storedType), { format: 'pt' });
    expect(await readFile(path)).toEqual(await readFile(join(checkpoint.folder, 'model.safetensors')));

    const shards = await temporaryFolder();
    await writeFile(join(shards, 'config.json'), JSON.stringify(checkpoint.config));
    await writeShards(shards, weights, 2);
    const fromShards = await loadCheckpoint(shards);
    expect(fromShards.storedType).toBe('float16');
    expect(new Map([...fromShards.weights].toSorted())).toEqual(new Map([...checkpoint.weights].toSorted()));
  });
});

describe('weightsStoredAs', () => {
  it('rounds what a type does not hold, and leaves other tensors and float32 alone', () => {
    const weights = new Map<string, Tensor>([
      ['a', float32([2], [1 / 3, 1e-9])],
      ['ids', ids],
    ]);
    expect(weightsStoredAs(weights, 'float16').get('a')!.data).toEqual(Uint16Array.of(0x3555, 0));
    expect(weightsStoredAs(weights, 'bfloat16').get('a')!.data).toEqual(Uint16Array.of(0x3eab, 0x3089));
    expect(weightsStoredAs(weights, 'float16').get('ids')).toBe(ids);
    expect(weightsStoredAs(weights, 'float32')).toBe(weights);
  });

  it('refuses a weight too large for the type', async () => {
    const weights = new Map([['encoder.weight', float32([3], [1, -65520, 7])]]);
    const error = await refusal(() => weightsStoredAs(weights, 'float16'));
    expect(error.code).toBe('CHECKPOINT_TYPE');
    expect(error.message).toMatch(/'encoder.weight', element 1: expected .*float16 holds, received -65520/);
    expect(weightsStoredAs(weights, 'bfloat16').get('encoder.weight')!.data).toHaveLength(3);
  });
});

describe('configStoredAs', () => {
  it.each([
    [{ torch_dtype: 'float16' }, 'float32', { torch_dtype: 'float32' }],
    [{ dtype: 'bfloat16', hidden_size: 3 }, 'float32', { dtype: 'float32', hidden_size: 3 }],
    [{ dtype: 'float32', torch_dtype: 'float32' }, 'bfloat16', { dtype: 'bfloat16', torch_dtype: 'bfloat16' }],
    [{ hidden_size: 3 }, 'float32', { hidden_size: 3 }],
    [{ hidden_size: 3 }, 'float16', { hidden_size: 3, torch_dtype: 'float16' }],
  ] as const)('of %j for %s', (config, type, expected) => {
    expect(configStoredAs(config, type)).toEqual(expected);
  });
});

describe('buildModel refuses', async () => {
  const { checkpoint } = await loadGolden();
  const name = 'bert.encoder.layer.1.output.dense.weight';
  const value = checkpoint.weights.get(name)! as Tensor<'float32'>;
  const built = (changed: Tensor): Promise<unknown> =>
    refusal(() =>
      buildModel({ ...checkpoint, weights: new Map(checkpoint.weights).set(name, changed) }, { type: 'masked-lm' }),
    );

  it.each([NaN, Infinity, -Infinity])('weights with %d, saying how many and where', async (bad) => {
    const data = value.data.slice();
    data[5] = bad;
    data[17] = NaN;
    expect(await built({ ...value, data } as Tensor)).toMatchObject({
      code: 'MODEL_WEIGHTS',
      report: { where: expect.stringContaining(name), received: `2 of ${data.length} that are not, the first ${bad} at index 5` },
    });
  }); // prettier-ignore

  it('weights in float64, by name', async () => {
    expect(await built(tensor('float64', value.dims, Float64Array.from(value.data)))).toMatchObject({
      code: 'MODEL_WEIGHTS',
      report: { where: expect.stringContaining(name), received: 'float64 [16, 32]', fix: /as float32, float16/ },
    });
  });

  it('nothing where a tensor that it does not use is not finite', () => {
    const weights = new Map(checkpoint.weights).set('bert.masked_bias', float32([], [-Infinity]));
    expect(buildModel({ ...checkpoint, weights }, { type: 'masked-lm' }).parameters).not.toContain('bert.masked_bias');
  });
});

test.each(['pytorch_model.bin', 'pytorch_model.bin.index.json'])(
  'a folder with %s only is refused without reading it, with the way to convert it',
  async (file) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }));
    await writeFile(join(folder, file), 'not to be opened');
    const error = await refusal(() => loadCheckpoint(folder));
    expect(error.code).toBe('CHECKPOINT_PICKLE');
    expect(error.report.where).toBe(join(folder, file));
    expect(error.report.fix).toMatch(/python3 -c ".*weights_only=True.*save_file\(w, 'model.safetensors'.*"/);
    expect(error.message).not.toContain('\n');
    // Beside safetensors it does not matter.
    await writeSafetensors(join(folder, 'model.safetensors'), new Map([['a', half]]));
    expect((await loadCheckpoint(folder)).weights.size).toBe(1);
  },
);

test('a pointer of Git LFS in place of the weights is called one', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }));
  await writeFile(
    join(folder, 'model.safetensors'),
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 440449768\n`,
  );
  const error = await refusal(() => loadCheckpoint(folder));
  expect(error.code).toBe('SAFETENSORS_HEADER');
  expect(error.message).toMatch(/a pointer of Git LFS.*git lfs pull/);
});
