import { GuidedDropoutError, Random } from '@guided-dropout/core';
import { float32, int64, tensor, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, test } from 'vitest';
import { refusal } from '../../test/refusal.js';
import { decodeSafetensors, encodeSafetensors } from './index.js';

/** A file of a header, as text or bytes, and zeros for data. */
function fileOf(header: string | Uint8Array, dataLength: number): Uint8Array {
  const bytes = Buffer.from(header as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes, new Uint8Array(dataLength)]);
}

const entry = (begin: number, end: number, dtype = 'U8', shape = `[${end - begin}]`): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('headers against the rules', () => {
  test.each<[string, string, number]>([
    ['not JSON', 'x', 0],
    ['empty', '', 0],
    ['an array', '[]', 0],
    ['space before the object', ' {}', 0],
    ['text after the object', '{}x', 0],
    ['NUL after the object', '{}\0', 0],
    ['a byte-order mark', '\ufeff{}', 0],
    ['no closing bracket', `{"a":${entry(0, 1)}`, 1],
    ['a comma at the end', `{"a":${entry(0, 1)},}`, 1],
    ['no comma between', `{"a":${entry(0, 1)} "b":${entry(1, 2)}}`, 2],
    ['a key without quotes', `{a:${entry(0, 1)}}`, 1],
    ['a string without an end', '{"a', 0],
    ['a key with a broken escape', `{"\\x":${entry(0, 1)}}`, 1],
    ['an entry that is no object', '{"a":1}', 0],
    ['an entry that is missing', '{"a":}', 0],
    ['no dtype', '{"a":{"shape":[1],"data_offsets":[0,1]}}', 1],
    ['no shape', '{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1],
    ['no offsets', '{"a":{"dtype":"U8","shape":[1]}}', 1],
    ['a fourth field', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}', 1],
    ['an unknown dtype', `{"a":${entry(0, 1, 'F33')}}`, 1],
    ['a dtype of a prototype', `{"a":${entry(0, 1, 'constructor')}}`, 1],
    ['a dtype that is no string', '{"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}}', 1],
    ['a negative dimension', `{"a":${entry(0, 1, 'U8', '[-1,-1]')}}`, 1],
    ['a fractional dimension', `{"a":${entry(0, 1, 'U8', '[0.5,2]')}}`, 1],
    ['a dimension beyond 2^53', `{"a":${entry(0, 0, 'U8', '[9007199254740993,0]')}}`, 0],
    ['a product beyond every number', `{"a":${entry(0, 0, 'U8', `[${Array(40).fill(2 ** 40)},0]`)}}`, 0],
    ['a shape that is no list', `{"a":${entry(0, 1, 'U8', '{}')}}`, 1],
    ['a shape of lists', `{"a":${entry(0, 1, 'U8', '[[1]]')}}`, 1],
    ['a shape with a hole', `{"a":${entry(0, 1, 'U8', '[1,,1]')}}`, 1],
    ['one offset', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1]}}', 1],
    ['three offsets', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}', 1],
    ['offsets the wrong way round', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}', 1],
    ['more bytes than the shape', `{"a":${entry(0, 2, 'U8', '[1]')}}`, 2],
    ['fewer bytes than the shape', `{"a":${entry(0, 4, 'F32', '[2]')}}`, 4],
    ['a hole at the beginning', `{"a":${entry(1, 2)}}`, 2],
    ['a hole in the middle', `{"a":${entry(0, 1)},"b":${entry(2, 3)}}`, 3],
    ['an overlap', `{"a":${entry(0, 2)},"b":${entry(1, 3)}}`, 3],
    ['two tensors in one place', `{"a":${entry(0, 1)},"b":${entry(0, 1)}}`, 1],
    ['data behind the last tensor', `{"a":${entry(0, 1)}}`, 2],
    ['data without tensors', '{}', 1],
    ['two tensors of one name', `{"a":${entry(0, 1)},"a":${entry(1, 2)}}`, 2],
    ['two of one name, one of them escaped', `{"a":${entry(0, 1)},"\\u0061":${entry(1, 2)}}`, 2],
    ['a field twice', '{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1],
    ['metadata twice', '{"__metadata__":{},"__metadata__":{}}', 0],
    ['a metadata key twice', '{"__metadata__":{"k":"1","k":"2"}}', 0],
    ['metadata that is no text', '{"__metadata__":{"k":1}}', 0],
    ['metadata that is no object', '{"__metadata__":"k"}', 0],
  ])('%s', async (_, header, dataLength) => {
    const error = await refusal(() => decodeSafetensors(fileOf(header, dataLength), 'model.safetensors'));
    expect(error.code).toBe('SAFETENSORS_HEADER');
    expect(error.report.where).toContain('model.safetensors');
  });

  test('bytes that are not UTF-8', async () => {
    const header = Buffer.from(`{"a":${entry(0, 1)}}`);
    header[2] = 0xff;
    expect((await refusal(() => decodeSafetensors(fileOf(header, 1)))).code).toBe('SAFETENSORS_HEADER');
  });

  test('types of the format that have no tensors here', async () => {
    const error = await refusal(() => decodeSafetensors(fileOf(`{"a":${entry(0, 1, 'F8_E4M3')}}`, 1)));
    expect(error.code).toBe('SAFETENSORS_UNSUPPORTED');
    expect(error.report.where).toContain('"a"');
  });

  test('data that ends early', async () => {
    const error = await refusal(() => decodeSafetensors(fileOf(`{"a":${entry(0, 4)}}`, 3)));
    expect(error.code).toBe('SAFETENSORS_TRUNCATED');
  });
});

test('a header longer than the file, and one longer than allowed', async () => {
  const claiming = (length: bigint): Uint8Array => {
    const bytes = Buffer.alloc(10);
    bytes.writeBigUInt64LE(length);
    return bytes;
  };
  expect((await refusal(() => decodeSafetensors(claiming(3n)))).code).toBe('SAFETENSORS_TRUNCATED');
  expect((await refusal(() => decodeSafetensors(claiming(100_000_001n)))).code).toBe('SAFETENSORS_HEADER');
  expect((await refusal(() => decodeSafetensors(claiming(2n ** 64n - 1n)))).code).toBe('SAFETENSORS_HEADER');
});

test('names of prototypes are names like any other, and there is no tensor where none was stored', async () => {
  const file = decodeSafetensors(fileOf(`{"__metadata__":{"__proto__":"x"},"__proto__":${entry(0, 1)}}`, 1));
  expect(file.names).toEqual(['__proto__']);
  expect(Object.entries(file.metadata)).toEqual([['__proto__', 'x']]);
  expect(file.metadata['constructor']).toBeUndefined();
  expect((await refusal(() => file.tensor('constructor'))).code).toBe('SAFETENSORS_NAME');
});

test('empty tensors share their place with their neighbours', () => {
  const header = `{"b":${entry(1, 3)},"none":${entry(1, 1)},"a":${entry(0, 1)},"end":${entry(3, 3, 'F64', '[2,0]')}}`;
  expect(decodeSafetensors(fileOf(header, 3)).names).toEqual(['a', 'none', 'b', 'end']);
});

test('a boolean of another value is refused when its tensor is asked for', async () => {
  const bytes = fileOf(`{"a":${entry(0, 2, 'BOOL')}}`, 2);
  bytes[bytes.length - 1] = 2;
  const file = decodeSafetensors(bytes);
  const error = await refusal(() => file.tensor('a'));
  expect(error.code).toBe('SAFETENSORS_VALUE');
  expect(error.report.where).toContain('"a"');
});

test('ten million brackets end quickly in a refusal', async () => {
  for (const hostile of ['[', '{"a":', '"']) {
    const header = `{"a":${hostile.repeat(10_000_000 / hostile.length)}`;
    expect((await refusal(() => decodeSafetensors(fileOf(header, 0)))).code).toBe('SAFETENSORS_HEADER');
  }
});

test('damaged files give a file or a refusal, nothing else', () => {
  const tensors = new Map<string, Tensor>([
    ['encoder.weight', float32([2, 2], [1, 2, 3, 4])],
    ['ids', int64([2], [5, 6])],
    ['mask', tensor('bool', [2], Uint8Array.of(0, 1))],
  ]);
  const valid = encodeSafetensors(tensors, { format: 'pt' });
  const random = new Random(5);
  const seen = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const outcome = outcomeOf(damaged(valid, random));
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  for (const outcome of ['file', 'SAFETENSORS_HEADER', 'SAFETENSORS_TRUNCATED'])
    expect(seen.get(outcome)).toBeGreaterThan(100);
});

function outcomeOf(bytes: Uint8Array): string {
  try {
    const file = decodeSafetensors(bytes);
    for (const name of file.names) file.tensor(name);
    return 'file';
  } catch (error) {
    if (error instanceof GuidedDropoutError) return error.code;
    throw error;
  }
}

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = [...bytes];
  const at = random.integer(copy.length);
  switch (random.integer(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      copy[at] = copy[at]! ^ (1 << random.integer(8));
      break;
    case 2:
      copy.splice(at, 1 + random.integer(4));
      break;
    default:
      copy.splice(at, 0, ...copy.slice(at, at + 1 + random.integer(4)));
  }
  return Uint8Array.from(copy);
}
