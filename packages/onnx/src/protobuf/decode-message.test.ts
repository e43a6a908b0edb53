import { describe, expect, test } from 'vitest';
import { refusal } from '../../test/refusal.js';
import { block, floats, int, text, varint } from '../../test/wire-bytes.js';
import { decodeMessage } from './decode-message.js';
import { attributeProto, modelProto, nodeProto, tensorProto, type ModelProto } from './onnx-messages.js';

const decode = (...bytes: readonly number[]): ModelProto => decodeMessage(modelProto, Uint8Array.from(bytes), 'file');

describe('fields', () => {
  test('an absent field is undefined or empty', () => {
    expect(decode()).toEqual({
      irVersion: undefined,
      producerName: undefined,
      graph: undefined,
      opsetImport: [],
      metadataProps: [],
      trainingInfo: [],
      functions: [],
    });
  });

  test('bytes written out by hand', () => {
    // 08 09: field 1, varint 9. 12 02 'h' 'i': field 2, text of 2 bytes.
    const model = decode(0x08, 0x09, 0x12, 0x02, 0x68, 0x69);
    expect(model.irVersion).toBe(9n);
    expect(model.producerName).toBe('hi');
  });

  test('the last of a repeated single value wins; single messages are merged', () => {
    expect(decode(...int(1, 3), ...int(1, 8)).irVersion).toBe(8n);
    const merged = decode(
      ...block(7, ...text(2, 'g'), ...block(1, ...text(4, 'A'))),
      ...block(7, ...block(1, ...text(4, 'B'))),
    );
    expect(merged.graph?.name).toBe('g');
    expect(merged.graph?.node.map(({ opType }) => opType)).toEqual(['A', 'B']);
  });

  test('a message does not share its lists with the next one', () => {
    decode(...block(8, ...int(2, 18)));
    expect(decode().opsetImport).toEqual([]);
  });

  test('unknown fields of every wire type are skipped', () => {
    const unknown = [
      ...int(900, -1),
      ...block(901, 1, 2, 3),
      ...varint(902 * 8 + 1), 1, 2, 3, 4, 5, 6, 7, 8,
      ...varint(903 * 8 + 5), 1, 2, 3, 4,
    ]; // prettier-ignore
    expect(decode(...unknown, ...int(1, 9), ...unknown).irVersion).toBe(9n);
  });

  test('text is UTF-8, its byte-order mark included', () => {
    expect(decode(...text(2, '\ufeffgüntig🙂')).producerName).toBe('\ufeffgüntig🙂');
  });
});

describe('repeated numbers', () => {
  const tensor = (...bytes: readonly number[]) => decodeMessage(tensorProto, Uint8Array.from(bytes), 'file');

  test('packed, one by one, and mixed', () => {
    const expected = BigInt64Array.of(1n, 300n, -2n);
    expect(tensor(...block(1, ...varint(1), ...varint(300), ...varint(-2))).dims).toEqual(expected);
    expect(tensor(...int(1, 1), ...int(1, 300), ...int(1, -2)).dims).toEqual(expected);
    expect(tensor(...int(1, 1), ...block(1, ...varint(300), ...varint(-2))).dims).toEqual(expected);
  });

  test('floats, packed and one by one', () => {
    const single = (value: number): number[] => [...varint(4 * 8 + 5), ...floats(value)];
    expect(tensor(...block(4, ...floats(1.5, -0, 3))).floatData).toEqual(Float32Array.of(1.5, -0, 3));
    expect(tensor(...single(1.5), ...block(4, ...floats(2, 3)), ...single(4)).floatData).toEqual(
      Float32Array.of(1.5, 2, 3, 4),
    );
  });

  test('64-bit extremes', () => {
    const bytes = Uint8Array.from(block(8, ...varint(2n ** 63n - 1n), ...varint(-(2n ** 63n))));
    expect(decodeMessage(attributeProto, bytes, 'file').ints).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
  });
});

describe('broken input', () => {
  const codeOf = (...bytes: readonly number[]): string => refusal(() => decode(...bytes)).code;

  test.each([
    ['a tag cut short', [0x80]],
    ['a length cut short', [0x12, 0x80]],
    ['a text past the end', [0x12, 0x05, 0x68]],
    ['a message past the end', [...varint(7 * 8 + 2), ...varint(2 ** 31), 0x0a]],
    ['a number cut short', [0x08, 0xff]],
    ['an unknown block past the end', [...varint(900 * 8 + 2), 0x7f]],
    ['an unknown fixed number past the end', [...varint(900 * 8 + 1), 1, 2, 3]],
  ])('%s is a truncated file', (_, bytes) => {
    expect(codeOf(...bytes)).toBe('ONNX_TRUNCATED');
  });

  test.each([
    ['field number 0', [0x00, 0x00]],
    ['a known group', [7 * 8 + 3]],
    ['an unknown group', [...varint(900 * 8 + 3), ...varint(900 * 8 + 4)]],
    ['the end of a group', [...varint(900 * 8 + 4)]],
    ['wire type 7', [0x0f]],
    ['a tag of more than 32 bits', [0xff, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['a number of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0xff), 1]],
    ['a known field of another wire type', text(1, 'nine')],
    ['text that is not UTF-8', block(2, 0xc3, 0x28)],
    ['an inner length past its message', block(7, 0x12, 0x05, 0x68)],
    ['packed numbers that end inside one', block(7, ...block(5, ...block(4, 1, 2, 3)))],
    ['packed integers that end inside one', block(7, ...block(5, ...block(1, 0xff)))],
  ])('%s is invalid', (_, bytes) => {
    expect(codeOf(...bytes)).toBe('ONNX_INVALID');
  });

  test('the message says where', () => {
    const error = refusal(() => decode(...block(7, ...block(1, 0x0a, 0x05))));
    expect(error.report.where).toBe('file, ModelProto > GraphProto > NodeProto');
  });

  test('subgraphs inside one another end at the limit, long before the stack does', () => {
    const nested = (depth: number): number[] => {
      let graph: number[] = text(2, 'innermost');
      for (let i = 0; i < depth; i++) graph = block(1, ...block(5, ...block(6, ...graph)));
      return block(7, ...graph);
    };
    expect(decode(...nested(32)).graph?.node).toHaveLength(1);
    expect(codeOf(...nested(33))).toBe('ONNX_TOO_LARGE');
    expect(codeOf(...nested(500))).toBe('ONNX_TOO_LARGE');
  });

  test('millions of empty messages are refused before they fill the memory', () => {
    const bytes = new Uint8Array(10_000_000); // 5 million empty names of two bytes each
    for (let i = 0; i < bytes.length; i += 2) bytes[i] = 0x0a;
    expect(refusal(() => decodeMessage(nodeProto, bytes, 'file')).code).toBe('ONNX_TOO_LARGE');
  });
});
