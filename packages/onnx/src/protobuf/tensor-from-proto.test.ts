import { describe, expect, test } from 'vitest';
import { refusal } from '../../test/refusal.js';
import { block, floats, int, modelBytes, text, varint } from '../../test/wire-bytes.js';
import type { DataType, Tensor } from '../tensor.js';
import { decodeModel, type DecodeModelOptions } from './decode-model.js';

/** The tensor of a model whose one initializer, `w`, is the given TensorProto fields. */
function decodeTensor(fields: readonly number[], options?: DecodeModelOptions): Tensor {
  return decodeModel(modelBytes(...block(5, ...text(8, 'w'), ...fields)), options).graph.initializers.get('w')!;
}
const codeOf = (...fields: readonly number[]): string => refusal(() => decodeTensor(fields)).code;
const dims = (...sizes: readonly (number | bigint)[]): number[] => sizes.flatMap((size) => int(1, size));
const type = (code: number): number[] => int(2, code);

describe('every element type, from raw data and from its typed field', () => {
  const packed = (field: number, ...values: readonly (number | bigint)[]): number[] =>
    block(field, ...values.flatMap(varint));
  const doubles = (...values: readonly number[]): number[] => [...new Uint8Array(Float64Array.from(values).buffer)];
  const cases: readonly [DataType, number, Tensor['data'], readonly number[]][] = [
    ['float32', 1, Float32Array.of(1.5, -0, Infinity), block(4, ...floats(1.5, -0, Infinity))],
    ['float64', 11, Float64Array.of(0.1, -0, 5e-324), block(10, ...doubles(0.1, -0, 5e-324))],
    ['int64', 7, BigInt64Array.of(-1n, 2n ** 62n, 0n), packed(7, -1, 2n ** 62n, 0)],
    ['uint32', 12, Uint32Array.of(0, 1, 2 ** 32 - 1), packed(11, 0, 1, 2 ** 32 - 1)],
    ['int32', 6, Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1), packed(5, -(2 ** 31), 0, 2 ** 31 - 1)],
    ['int16', 5, Int16Array.of(-32768, 0, 32767), packed(5, -32768, 0, 32767)],
    ['int8', 3, Int8Array.of(-128, 0, 127), packed(5, -128, 0, 127)],
    ['uint8', 2, Uint8Array.of(0, 1, 255), packed(5, 0, 1, 255)],
    ['bool', 9, Uint8Array.of(0, 1, 1), packed(5, 0, 1, 1)],
    ['float16', 10, Uint16Array.of(0, 0x3c00, 0xffff), packed(5, 0, 0x3c00, 0xffff)],
    ['bfloat16', 16, Uint16Array.of(0, 0x3f80, 0xffff), packed(5, 0, 0x3f80, 0xffff)],
  ];

  test.each(cases)('%s', (dataType, code, data, typed) => {
    const expected = { dataType, dims: [3], data };
    expect(decodeTensor([...dims(3), ...type(code), ...typed])).toEqual(expected);
    expect(decodeTensor([...dims(3), ...type(code), ...block(9, ...new Uint8Array(data.buffer))])).toEqual(expected);
  });
});

test('scalars and empty tensors', () => {
  expect(decodeTensor([...type(1), ...block(9, ...floats(2))])).toEqual({
    dataType: 'float32',
    dims: [],
    data: Float32Array.of(2),
  });
  expect(decodeTensor([...dims(4, 0), ...type(7)])).toEqual({
    dataType: 'int64',
    dims: [4, 0],
    data: new BigInt64Array(0),
  });
});

test('raw data is viewed where it is aligned', () => {
  const views = [0, 1, 2, 3].map((padding) => {
    const producer = text(2, 'p'.repeat(padding));
    const tensor = block(5, ...dims(1), ...type(1), ...text(8, 'w'), ...block(9, ...floats(7)));
    const bytes = Uint8Array.from([...producer, ...modelBytes(...tensor)]);
    const data = decodeModel(bytes).graph.initializers.get('w')!.data;
    expect([...data]).toEqual([7]);
    return data.buffer === bytes.buffer;
  });
  expect(views.filter(Boolean)).toHaveLength(1);
});

describe('refused', () => {
  test.each([
    ['uint16', 4],
    ['string', 8],
    ['uint64', 13],
    ['complex64', 14],
    ['float8e4m3fn', 17],
    ['int4', 22],
    ['element type 99', 99],
    ['no element type', 0],
  ])('%s, naming the tensor', (name, code) => {
    const error = refusal(() => decodeTensor([...dims(1), ...type(code), ...block(9, 1)]));
    expect(error.code).toBe('ONNX_UNSUPPORTED');
    expect(error.report.received).toBe(name);
    expect(error.report.where).toContain('initializer "w"');
  });

  test.each([
    ['a negative dimension', dims(-1)],
    ['a dimension beyond 2^53', dims(2n ** 60n)],
    ['a product beyond 2^53', dims(2 ** 30, 2 ** 30)],
    ['a product beyond every number', Array.from({ length: 40 }, () => dims(2 ** 40)).flat()],
    ['a terabyte that is not there', dims(2 ** 38)],
    ['more elements than data', [...dims(3), ...block(9, ...floats(1, 2))]],
    ['fewer elements than data', [...dims(1), ...block(9, ...floats(1, 2))]],
    ['half an element', [...dims(1), ...block(9, 0, 0)]],
    ['typed data of another count', [...dims(3), ...block(4, ...floats(1, 2))]],
    ['typed data of another type', [...dims(1), ...block(5, 1)]],
    ['raw and typed data', [...dims(1), ...block(9, ...floats(1)), ...block(4, ...floats(1))]],
    ['no data', dims(1)],
  ])('%s', (_, fields) => {
    expect(codeOf(...type(1), ...fields)).toBe('ONNX_INVALID');
  });

  test('typed values outside their type', () => {
    const element = (code: number, value: number): string => codeOf(...type(code), ...block(5, ...varint(value)));
    expect(element(3, 128)).toBe('ONNX_INVALID');
    expect(element(2, -1)).toBe('ONNX_INVALID');
    expect(element(9, 2)).toBe('ONNX_INVALID');
    expect(element(10, 65_536)).toBe('ONNX_INVALID');
    expect(codeOf(...type(12), ...block(11, ...varint(2 ** 32)))).toBe('ONNX_INVALID');
  });

  test('raw booleans other than 0 and 1', () => {
    expect(codeOf(...dims(2), ...type(9), ...block(9, 1, 2))).toBe('ONNX_INVALID');
  });

  test('a segment of a tensor', () => {
    expect(codeOf(...type(1), ...block(9, ...floats(1)), ...block(3))).toBe('ONNX_UNSUPPORTED');
  });
});

describe('external data', () => {
  const entry = (key: string, value: string): number[] => block(13, ...text(1, key), ...text(2, value));
  const external = (location: string, ...more: readonly number[]): number[] => [
    ...dims(2),
    ...type(1),
    ...int(14, 1),
    ...entry('location', location),
    ...more,
  ];
  const file = Uint8Array.from([9, 9, 9, 9, ...floats(1, 2), 9]);

  test('is read at its offset, each file once', () => {
    const asked: string[] = [];
    const externalData = (location: string): Uint8Array => {
      asked.push(location);
      return file;
    };
    expect(
      decodeTensor(external('a/w.bin', ...entry('offset', '4'), ...entry('length', '8')), { externalData }).data,
    ).toEqual(Float32Array.of(1, 2));
    const tensors = ['u', 'v'].flatMap((name) =>
      block(5, ...text(8, name), ...external('w.bin', ...entry('offset', '4'))),
    );
    decodeModel(modelBytes(...tensors), { externalData });
    expect(asked).toEqual(['a/w.bin', 'w.bin']);
  });

  test.each(['/etc/passwd', '../w.bin', 'a/../../w.bin', 'a\\w.bin', 'C:w.bin', 'file:w.bin', 'w.bin\0', '..', ''])(
    'the location %j is refused before anything is read',
    (location) => {
      let asked = false;
      const externalData = (): Uint8Array => {
        asked = true;
        return file;
      };
      const error = refusal(() => decodeTensor(external(location), { externalData }));
      expect(error.code).toBe('ONNX_EXTERNAL_DATA');
      expect(asked).toBe(false);
    },
  );

  test.each([
    ['an offset past the end', [...entry('offset', '14')]],
    ['a range past the end', [...entry('offset', '8')]],
    ['a length that is not the tensor’s', [...entry('length', '4')]],
    ['a negative offset', [...entry('offset', '-4')]],
    ['an offset that is no number', [...entry('offset', '0x4')]],
    ['an offset beyond 2^53', [...entry('offset', '9999999999999999')]],
  ])('%s', (_, more) => {
    expect(refusal(() => decodeTensor(external('w.bin', ...more), { externalData: () => file })).code).toBe(
      'ONNX_EXTERNAL_DATA',
    );
  });

  test('without the option, and with one that fails', () => {
    expect(refusal(() => decodeTensor(external('w.bin'))).message).toContain('externalData');
    const failing = (): never => {
      throw new Error('no such file');
    };
    expect(refusal(() => decodeTensor(external('w.bin'), { externalData: failing })).message).toContain('no such file');
  });

  test('together with raw data it is invalid', () => {
    const fields = external('w.bin', ...block(9, ...floats(1, 2)));
    expect(refusal(() => decodeTensor(fields, { externalData: () => file })).code).toBe('ONNX_INVALID');
  });
});
