import { expect, test } from 'vitest';
import { refusal } from '../test/refusal.js';
import { bytesPerElement, tensorBytes, tensorFromBytes } from './tensor-bytes.js';
import { float32 } from './tensor.js';

test('aligned bytes are viewed, others copied, with equal values', () => {
  const file = new Uint8Array(17);
  new DataView(file.buffer).setFloat32(4, 1.5, true);
  new DataView(file.buffer).setFloat32(8, -2, true);
  const viewed = tensorFromBytes('float32', [2], file.subarray(4, 12));
  expect([...viewed.data]).toEqual([1.5, -2]);
  expect(viewed.data.buffer).toBe(file.buffer);

  new DataView(file.buffer).setFloat32(1, 1.5, true);
  new DataView(file.buffer).setFloat32(5, -2, true);
  const copied = tensorFromBytes('float32', [2], file.subarray(1, 9));
  expect([...copied.data]).toEqual([1.5, -2]);
  expect(copied.data.buffer).not.toBe(file.buffer);
});

test('a misaligned part of a Node Buffer is copied too', () => {
  const buffer = Buffer.from(new ArrayBuffer(16));
  const { data } = tensorFromBytes('int32', [1], buffer.subarray(3, 7));
  buffer.fill(0xff);
  expect(data[0]).toBe(0);
});

test('a scalar and an empty tensor have one and no elements', () => {
  expect(tensorFromBytes('int8', [], Uint8Array.of(200)).data[0]).toBe(-56);
  expect(tensorFromBytes('float64', [3, 0], new Uint8Array(0)).data.length).toBe(0);
});

test('the bytes of a tensor are a view of exactly its elements', () => {
  const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
  const bytes = tensorBytes({ dataType: 'float32', dims: [2], data });
  expect(bytes.buffer).toBe(data.buffer);
  expect([...bytes]).toEqual([...new Uint8Array(float32([2], [1, 2]).data.buffer)]);
});

test('element sizes', () => {
  expect([bytesPerElement('bool'), bytesPerElement('bfloat16'), bytesPerElement('int64')]).toEqual([1, 2, 8]);
});

test('a wrong length and a byte that is no boolean are refused', () => {
  expect(refusal(() => tensorFromBytes('float16', [3], new Uint8Array(5))).code).toBe('TENSOR_SHAPE');
  const error = refusal(() => tensorFromBytes('bool', [3], Uint8Array.of(1, 0, 2)));
  expect(error.code).toBe('TENSOR_BOOL');
  expect(error.message).toContain('element 2');
});
