import { createHash } from 'node:crypto';
import { float32, int64, tensor, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { buildModel, modelHash } from '../src/index.js';
import { loadGolden } from './load-golden.js';

type Weights = ReadonlyMap<string, Tensor>;

const base: readonly (readonly [string, Tensor])[] = [
  ['bert.a.weight', float32([2, 3], [1, 2, 3, 4, 5, 6])],
  ['bert.a.bias', float32([2], [0, -0.5])],
  ['bert.position_ids', int64([3], [0, 1, 2])],
];
const hashOf = (weights: Iterable<readonly [string, Tensor]>, prefix = 'bert.'): string =>
  modelHash(new Map(weights), prefix);
const original = hashOf(base);

/** The base with one tensor in place of another. */
function withTensor(name: string, value: Tensor, newName = name): [string, Tensor][] {
  return base.map(([key, old]) => (key === name ? [newName, value] : [key, old]));
}

describe('modelHash', () => {
  it('is SHA-256 over names, types, shapes and bytes in the order of the names', () => {
    const hash = createHash('sha256');
    for (const [line, { data }] of [
      ['a.bias float32 [2]\n', base[1]![1]],
      ['a.weight float32 [2,3]\n', base[0]![1]],
      ['position_ids int64 [3]\n', base[2]![1]],
    ] as const) {
      hash.update(line);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
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
    expect(hashOf([['cls.predictions.bias', float32([1], [1])], ...base])).toBe(original);
    const renamed = base.map(([name, value]) => [name.replace('bert.', 'model.'), value] as const);
    expect(hashOf([...renamed, head], 'model.')).toBe(original);
  });

  it('is the same for the base model alone, stored without the prefix, and tells such models apart', () => {
    const bare = base.map(([name, value]) => [name.replace('bert.', ''), value] as const);
    expect(hashOf(bare)).toBe(original);
    expect(hashOf(bare.slice(1))).not.toBe(original);
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
      [...base, ['bert.b', float32([], [1])] as const],
      base.slice(1),
      base.map(([name], i) => [name, base[(i + 1) % 3]![1]] as const),
    ];
    expect(new Set([original, ...variants.map((variant) => hashOf(variant))]).size).toBe(variants.length + 1);
  });

  it('is that of the pretrained model after another head is put on it', async () => {
    const { checkpoint } = await loadGolden();
    const weightsWith = (numLabels: number, seed: number): Weights => {
      const labels = Array.from({ length: numLabels }, (_, i) => `label ${i}`);
      const bare = new Map([...checkpoint.weights].filter(([name]) => !name.startsWith('classifier')));
      const model = buildModel({ ...checkpoint, weights: bare }, { type: 'sequence-classification', labels, seed });
      return new Map(model.parameters.map((name) => [name, model.graph.initializers.get(name)!]));
    };
    const hashes = [weightsWith(2, 1), weightsWith(2, 2), weightsWith(5, 1)].map((weights) =>
      modelHash(weights, 'bert.'),
    );
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toBe(modelHash(checkpoint.weights, 'bert.'));
  });
});
