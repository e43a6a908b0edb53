import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { float32, tensor, tensorBytes, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import {
  buildModel,
  loadCheckpoint,
  modelHash,
  weightsStoredAs,
  writeSafetensors,
  type Head,
  type StoredType,
} from '../src/index.js';
import { loadGolden } from './load-golden.js';
import { temporaryFolder } from './temporary-folder.js';
import { writeShards } from './write-shards.js';

type Weights = ReadonlyMap<string, Tensor>;

const base: readonly (readonly [string, Tensor])[] = [
  ['bert.a.weight', float32([2, 3], [1, 2, 3, 4, 5, 6])],
  ['bert.a.bias', float32([2], [0, -0.5])],
  ['bert.b', float32([], [7])],
];

/** The hash of a model of these weights. */
function hashOf(weights: Iterable<readonly [string, Tensor]>, basePrefix = 'bert.'): string {
  const initializers = new Map(weights);
  const graph = { name: 'model', inputs: [], outputs: [], nodes: [], initializers };
  return modelHash({ graph, parameters: [...initializers.keys()], basePrefix });
}
const original = hashOf(base);

/** The base with one tensor in place of another. */
function withTensor(name: string, value: Tensor, newName = name): [string, Tensor][] {
  return base.map(([key, old]) => (key === name ? [newName, value] : [key, old]));
}

describe('modelHash', () => {
  it('is SHA-256 over names, types, shapes and bytes in the order of the names', () => {
    const hash = createHash('sha256');
    for (const [line, value] of [
      ['a.bias float32 [2]\n', base[1]![1]],
      ['a.weight float32 [2,3]\n', base[0]![1]],
      ['b float32 []\n', base[2]![1]],
    ] as const) {
      hash.update(line);
      hash.update(tensorBytes(value));
    }
    expect(original).toBe(hash.digest('hex'));
  });

  it('does not depend on the order of the tensors, nor on where their bytes lie', () => {
    expect(hashOf(base.toReversed())).toBe(original);
    const buffer = Float32Array.of(9, 1, 2, 3, 4, 5, 6, 9);
    expect(hashOf(withTensor('bert.a.weight', tensor('float32', [2, 3], buffer.subarray(1, 7))))).toBe(original);
  });

  it('does not depend on heads, nor on what the base is called within them', () => {
    const head = ['classifier.weight', float32([1], [5])] as const;
    expect(hashOf([...base, head])).toBe(original);
    expect(hashOf([...base, ['bert.pooler.dense.bias', float32([1], [1])]])).toBe(original);
    expect(hashOf([['cls.predictions.bias', float32([1], [1])], ...base])).toBe(original);
    const renamed = base.map(([name, value]) => [name.replace('bert.', 'model.'), value] as const);
    expect(hashOf([...renamed, head], 'model.')).toBe(original);
    const bare = base.map(([name, value]) => [name.replace('bert.', ''), value] as const);
    expect(hashOf([...bare, ['lm_head.weight', float32([1], [5])]], '')).toBe(original);
  });

  it('changes with every bit of the base', () => {
    const seen = new Set([original]);
    let count = 1;
    for (const [name, value] of base) {
      for (let bit = 0; bit < value.data.byteLength * 8; bit++) {
        const data = value.data.slice();
        new Uint8Array(data.buffer)[bit >> 3]! ^= 1 << (bit & 7);
        seen.add(hashOf(withTensor(name, { ...value, data } as Tensor)));
        count++;
      }
    }
    expect(seen.size).toBe(count);
  });

  it('changes with names, shapes, types, and with tensors more or fewer', () => {
    const weight = base[0]![1];
    const variants = [
      withTensor('bert.a.weight', weight, 'bert.b.weight'),
      withTensor('bert.a.weight', { ...weight, dims: [3, 2] }),
      withTensor('bert.a.weight', { ...weight, dims: [6] }),
      withTensor('bert.a.weight', tensor('int32', [2, 3], new Int32Array(weight.data.buffer.slice(0)))),
      [...base, ['bert.c', float32([], [1])] as const],
      base.slice(1),
      base.map(([name], i) => [name, base[(i + 1) % 3]![1]] as const),
    ];
    expect(new Set([original, ...variants.map((variant) => hashOf(variant))]).size).toBe(variants.length + 1);
  });
});

const maskedLm: Head = { type: 'masked-lm' };
const classifier: Head = { type: 'sequence-classification', labels: ['no', 'yes'], seed: 3 };

/** The hash of a checkpoint with these weights, written, read and built. */
async function hashOfFolder(
  config: object,
  write: (folder: string) => Promise<void>,
  head: Head = maskedLm,
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await write(folder);
  return modelHash(buildModel(await loadCheckpoint(folder), head));
}

const written =
  (weights: Weights) =>
  (folder: string): Promise<void> =>
    writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' });

describe('modelHash of a checkpoint', async () => {
  const { checkpoint } = await loadGolden();
  const { config } = checkpoint;
  const expected = modelHash(buildModel(checkpoint, maskedLm));
  const renamed = (change: (name: string) => string | undefined): Weights =>
    new Map([...checkpoint.weights].flatMap(([name, value]) => {
      const changed = change(name);
      return changed === undefined ? [] : [[changed, value]];
    })); // prettier-ignore

  it('is the same under every head, however it was drawn', () => {
    const other = { ...classifier, labels: ['a', 'b', 'c', 'd', 'e'], seed: 5 };
    for (const head of [classifier, other, { ...maskedLm, labelledPositionsOnly: true }]) {
      const bare = renamed((name) => (/^(classifier|bert\.pooler)/.test(name) ? undefined : name));
      expect(modelHash(buildModel({ ...checkpoint, weights: bare }, head))).toBe(expected);
    }
  });

  it.each<[string, (name: string) => string | undefined, Head]>([
    [
      'with the old gamma and beta',
      (name) => name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
      maskedLm,
    ],
    ['without a pooler', (name) => (name.startsWith('bert.pooler.') ? undefined : name), maskedLm],
    ['without heads', (name) => (name.startsWith('bert.') ? name : undefined), classifier],
    [
      'of the base model alone, without its prefix',
      (name) => (name.startsWith('bert.') ? name.slice('bert.'.length) : undefined),
      classifier,
    ],
  ])('is the same for one %s', async (_, change, head) => {
    expect(await hashOfFolder(config, written(renamed(change)), head)).toBe(expected);
  });

  it('is the same in shards, and with a buffer that older releases saved', async () => {
    expect(await hashOfFolder(config, (folder) => writeShards(folder, checkpoint.weights, 3))).toBe(expected);
    const ids = tensor('int64', [1, 2], BigInt64Array.of(0n, 1n));
    const withBuffer = new Map([...checkpoint.weights, ['bert.embeddings.position_ids', ids]]);
    expect(await hashOfFolder(config, written(withBuffer))).toBe(expected);
  });

  it.each<StoredType>(['float16', 'bfloat16'])('is the same in %s and widened', async (type) => {
    const stored = weightsStoredAs(checkpoint.weights, type);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await written(stored)(folder);
    const { weights } = await loadCheckpoint(folder);
    const inHalf = modelHash(buildModel(await loadCheckpoint(folder), maskedLm));
    expect(await hashOfFolder(config, written(weights))).toBe(inHalf);
    expect(inHalf).not.toBe(expected); // rounding is a change
  });
});

describe('modelHash of every architecture', () => {
  it.each([
    'bert-masked-lm',
    'roberta-masked-lm',
    'distilbert-masked-lm',
    'albert-masked-lm',
    'electra-masked-lm',
    'electra-discriminator',
    'gpt2-causal-lm',
    'llama-tied-causal-lm',
    'llama-causal-lm',
    't5-seq2seq-lm',
    't5-v1_1-seq2seq-lm',
  ])('%s: the same under its head and, stored as the base alone, under a classifier', async (golden) => {
    const checkpoint = await loadCheckpoint(fileURLToPath(new URL(`../../../test/golden/${golden}`, import.meta.url)));
    const type = golden.endsWith('discriminator') ? 'replaced-token-detection' : /[a-z0-9]+-lm$/.exec(golden)![0];
    const model = buildModel(checkpoint, { type } as Head);
    const bare = [...checkpoint.weights].flatMap(([name, value]) =>
      name.startsWith(model.basePrefix) && !name.startsWith('lm_head.')
        ? [[name.slice(model.basePrefix.length), value] as const]
        : [],
    );
    const tuned = buildModel({ ...checkpoint, weights: new Map(bare) }, classifier);
    expect(modelHash(tuned)).toBe(modelHash(model));
    const changed = new Map(bare.map(([name, value], i) => [name, i === 0 ? negated(value) : value]));
    expect(modelHash(buildModel({ ...checkpoint, weights: changed }, classifier))).not.toBe(modelHash(model));
  });
});

function negated(value: Tensor): Tensor {
  return { ...value, data: (value.data as Float32Array).map((each) => -each) };
}
