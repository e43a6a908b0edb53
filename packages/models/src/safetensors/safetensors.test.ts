import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrayConstructor,
  bytesPerElement,
  float32,
  int64,
  tensor,
  tensorBytes,
  tensorFromBytes,
} from '@guided-dropout/onnx';
import type { DataType, Tensor } from '@guided-dropout/onnx';
import { refusal } from '../../test/refusal.js';
import { temporaryFolder } from '../../test/temporary-folder.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
  type SafetensorsFile,
} from './index.js';

const dataTypes: readonly DataType[] = [
  'float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'uint32', 'bool',
]; // prettier-ignore

/** Tensors of rank 0 to 3 with random bits, some without elements. */
const arbitraryTensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.constantFrom(...dataTypes), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
  .chain(([dataType, dims]) => {
    const length = dims.reduce((a, b) => a * b, 1) * bytesPerElement(dataType);
    const byte = dataType === 'bool' ? fc.integer({ min: 0, max: 1 }) : fc.integer({ min: 0, max: 255 });
    return fc
      .array(byte, { minLength: length, maxLength: length })
      .map((bytes): Tensor => tensorFromBytes(dataType, dims, Uint8Array.from(bytes)));
  });

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => text !== '__metadata__'),
  fc.constantFrom('__proto__', 'constructor', '1', '0', 'encoder.layer.0.weight', 'a"b\\c'),
);
const arbitraryTensors = fc.array(fc.tuple(name, arbitraryTensor), { maxLength: 6 }).map((items) => new Map(items));
const arbitraryMetadata = fc.option(
  fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__')), fc.string({ unit: 'binary' })),
);

function bitsOf(tensors: Iterable<readonly [string, Tensor]>): Map<string, unknown> {
  return new Map(Array.from(tensors, ([key, value]) => [key, [value.dataType, value.dims, [...tensorBytes(value)]]]));
}
const tensorsOf = (file: SafetensorsFile): [string, Tensor][] => file.names.map((key) => [key, file.tensor(key)]);

test('what is encoded is decoded to the same bits, and encoded again to the same bytes', () => {
  fc.assert(
    fc.property(arbitraryTensors, arbitraryMetadata, (tensors, metadata) => {
      const encoded = encodeSafetensors(tensors, metadata ?? undefined);
      const file = decodeSafetensors(encoded);
      expect(bitsOf(tensorsOf(file))).toEqual(bitsOf(tensors));
      expect(Object.entries(file.metadata)).toEqual(Object.entries(metadata ?? {}));
      expect(encodeSafetensors(new Map(tensorsOf(file)), metadata === null ? undefined : file.metadata)).toEqual(
        encoded,
      );
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('the bytes of a small file, in the layout of the format’s library', () => {
  const tensors = new Map<string, Tensor>([
    ['b', tensor('bool', [1], Uint8Array.of(1))],
    ['z', float32([1], [1])],
    ['a', float32([], [-2])],
    ['i', int64([1], [7])],
  ]);
  const json =
    '{"__metadata__":{"format":"pt"},' +
    '"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
    '"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},' +
    '"z":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},' +
    '"b":{"dtype":"BOOL","shape":[1],"data_offsets":[16,17]}}';
  const header = json.padEnd(Math.ceil(json.length / 8) * 8);
  const length = [header.length & 255, header.length >> 8, 0, 0, 0, 0, 0, 0];
  const data = [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0x80, 0x3f, 1];
  expect([...encodeSafetensors(tensors, { format: 'pt' })]).toEqual([...length, ...Buffer.from(header), ...data]);
});

test('a file that the format’s rules allow but its library does not write: no padding, spaces, any order', () => {
  const json =
    ' "y" : { "shape":[2] , "dtype":"I16","data_offsets":[1,5]},"x":{"data_offsets":[0,1],"shape":[],"dtype":"U8"}';
  const header = Buffer.from(`{${json} } `);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = decodeSafetensors(Buffer.concat([length, header, Uint8Array.of(9, 1, 0, 255, 255)]));
  expect(file.names).toEqual(['x', 'y']);
  expect([...file.tensor('x').data]).toEqual([9]);
  expect([...file.tensor('y').data]).toEqual([1, -1]);
});

test('a file on disk is listed, and its tensors are views of one array', async () => {
  const path = join(await temporaryFolder(), 'model.safetensors');
  const tensors = new Map<string, Tensor>([
    ['odd', tensor('int8', [3], Int8Array.of(1, 2, 3))],
    ['w', float32([2, 2], [1, 2, 3, 4])],
    ['ids', int64([2], [5, 6])],
  ]);
  await writeSafetensors(path, tensors, { format: 'pt' });
  const file = await readSafetensors(path);
  expect(file.names).toEqual(['ids', 'w', 'odd']);
  expect(file.entries.get('w')).toEqual({ dataType: 'float32', dims: [2, 2], begin: 16, end: 32 });
  expect({ ...file.metadata }).toEqual({ format: 'pt' });
  expect(bitsOf(tensorsOf(file))).toEqual(bitsOf(tensors));
  expect(new Set(tensorsOf(file).map(([, { data }]) => data.buffer)).size).toBe(1);
  expect(await readFile(path)).toEqual(encodeSafetensors(tensors, { format: 'pt' }));
});

test('half and brain floats keep their bits', () => {
  const bits = Uint16Array.of(0x7e01, 0xfc00, 0x0001);
  for (const dataType of ['float16', 'bfloat16'] as const) {
    const file = decodeSafetensors(encodeSafetensors(new Map([['h', tensor(dataType, [3], bits)]])));
    expect(file.tensor('h')).toEqual(tensor(dataType, [3], bits));
    expect(file.tensor('h').data).toBeInstanceOf(arrayConstructor(dataType));
  }
});

test('a name the file does not have', async () => {
  const file = decodeSafetensors(encodeSafetensors(new Map([['w', float32([1], [1])]])), 'model.safetensors');
  const error = await refusal(() => file.tensor('v'));
  expect(error.code).toBe('SAFETENSORS_NAME');
  expect(error.message).toContain('"w"');
});

test('a file that is not there, a folder, and a file cut short on disk', async () => {
  const folder = await temporaryFolder();
  const missing = await refusal(() => readSafetensors(join(folder, 'none.safetensors')));
  expect(missing.code).toBe('SAFETENSORS_READ');
  expect(missing.report.where).toContain('none.safetensors');
  expect((await refusal(() => readSafetensors(folder))).code).toBe('SAFETENSORS_READ');
  const whole = encodeSafetensors(new Map([['w', float32([4], [1, 2, 3, 4])]]));
  const path = join(folder, 'cut.safetensors');
  for (const length of [0, 7, 8, 40, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, length));
    const error = await refusal(() => readSafetensors(path));
    expect(error.code).toBe('SAFETENSORS_TRUNCATED');
    expect(error.message).toContain(path);
    expect(error.report.fix.toLowerCase()).toContain('download');
  }
});

test('what cannot be written is refused', async () => {
  const w = float32([1], [1]);
  expect((await refusal(() => encodeSafetensors(new Map([['__metadata__', w]])))).code).toBe('SAFETENSORS_HEADER');
  expect((await refusal(() => encodeSafetensors(new Map([['w', { ...w, dims: [2] }]])))).code).toBe(
    'SAFETENSORS_HEADER',
  );
});
