import { tensor } from '@guided-dropout/onnx';
import { describe, expect, test } from 'vitest';
import { narrowed, widened, type HalfType } from './half-precision.js';

/** The formats by their definition: sign, exponent and fraction bits, from the top. */
const formats = { float16: { fractionBits: 10, bias: 15 }, bfloat16: { fractionBits: 7, bias: 127 } } as const;
const types: readonly HalfType[] = ['float16', 'bfloat16'];

const allHalves = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
const valuesOf = (type: HalfType, bits: ArrayLike<number>): Float32Array =>
  widened(tensor(type, [bits.length], Uint16Array.from(bits))).data;
const nearest = (type: HalfType, values: readonly number[]): number[] => [
  ...narrowed(tensor('float32', [values.length], Float32Array.from(values)), type).data,
];

function byDefinition(type: HalfType, bits: number): number {
  const { fractionBits, bias } = formats[type];
  const largest = 2 ** (15 - fractionBits) - 1;
  const exponent = (bits >> fractionBits) & largest;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const sign = bits >> 15 === 1 ? -1 : 1;
  if (exponent === largest) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

describe.each(types)('%s', (type) => {
  const values = valuesOf(type, allHalves);

  test('all 65536 are the float32 of the same value', () => {
    // Object.is tells the zeros apart and takes one NaN for another.
    const wrong = [...allHalves].filter((bits) => !Object.is(values[bits], byDefinition(type, bits)));
    expect(wrong).toEqual([]);
  });

  test('NaNs keep their payload', () => {
    const { fractionBits } = formats[type];
    const bits = new Uint32Array(values.buffer);
    const wrong = [...allHalves].filter((half) => {
      const fraction = half & (2 ** fractionBits - 1);
      return Number.isNaN(values[half]) && (bits[half]! & 0x7fffff) !== fraction * 2 ** (23 - fractionBits);
    });
    expect(wrong).toEqual([]);
  });

  test('all of them come back as they were, NaNs as NaNs', () => {
    const back = narrowed(tensor('float32', [2 ** 16], values), type).data;
    const wrong = [...allHalves].filter((bits) =>
      Number.isNaN(values[bits]) ? !Number.isNaN(byDefinition(type, back[bits]!)) : back[bits] !== bits,
    );
    expect(wrong).toEqual([]);
  });

  test('what lies between two goes to the nearer, and half-way to the even one', () => {
    const infinity = type === 'float16' ? 0x7c00 : 0x7f80;
    const wrong: number[] = [];
    for (let low = 0; low < infinity; low++) {
      // Behind the largest lies what would be the next, did the exponent not end: at and above half-way, infinity.
      const below = values[low]!;
      const above = low + 1 < infinity ? values[low + 1]! : 2 * below - values[low - 1]!;
      const middle = (below + above) / 2;
      const [at, less, more] = nearest(type, [middle, float32Before(middle), float32After(middle)]);
      const even = low % 2 === 0 ? low : low + 1;
      if (at !== even || less !== low || more !== low + 1) wrong.push(low);
      const [negative] = nearest(type, [-middle]);
      if (negative !== (even | 0x8000)) wrong.push(low | 0x8000);
    }
    expect(wrong).toEqual([]);
  });

  test('views that begin in the middle of an array', () => {
    const halves = Uint16Array.of(0, 0x3f80, 0x4000).subarray(1);
    const floats = widened(tensor(type, [2], halves));
    expect([...floats.data]).toEqual([byDefinition(type, 0x3f80), byDefinition(type, 0x4000)]);
    expect(floats.dims).toEqual([2]);
    const tail = Float32Array.of(7, ...floats.data).subarray(1);
    expect([...narrowed(tensor('float32', [2], tail), type).data]).toEqual([...halves]);
  });
});

test('float32 subnormals and the smallest halves', () => {
  expect(nearest('float16', [2 ** -149, 2 ** -25, 2 ** -25 + 2 ** -48, 2 ** -24, 65504, 65519, 65520])).toEqual([
    0, 0, 1, 1, 0x7bff, 0x7bff, 0x7c00,
  ]);
  expect(nearest('bfloat16', [2 ** -149, 2 ** -134, 2 ** -133, 3.4028234663852886e38])).toEqual([0, 0, 1, 0x7f80]);
});

function float32Before(value: number): number {
  const bits = Uint32Array.from(new Uint32Array(Float32Array.of(value).buffer), (each) => each - 1);
  return new Float32Array(bits.buffer)[0]!;
}

function float32After(value: number): number {
  const bits = Uint32Array.from(new Uint32Array(Float32Array.of(value).buffer), (each) => each + 1);
  return new Float32Array(bits.buffer)[0]!;
}
