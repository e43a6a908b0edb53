import { tensor, type Tensor } from '@guided-dropout/onnx';

/** The 16-bit types weights are stored in: IEEE half precision, and the upper half of a float32. */
export type HalfType = 'float16' | 'bfloat16';

/** Whether a tensor holds half-precision numbers. */
export function isHalf(value: Tensor): value is Tensor<'float16'> | Tensor<'bfloat16'> {
  return value.dataType === 'float16' || value.dataType === 'bfloat16';
}

/** Half-precision numbers as float32, each exactly: every one of them is a float32, NaNs keep their payload. */
export function widened({ dataType, dims, data }: Tensor<'float16'> | Tensor<'bfloat16'>): Tensor<'float32'> {
  const bits = new Uint32Array(data.length);
  if (dataType === 'bfloat16') {
    for (let i = 0; i < bits.length; i++) bits[i] = data[i]! << 16;
  } else {
    float32OfHalf ??= Uint32Array.from({ length: 2 ** 16 }, (_, half) => float32Bits(half));
    for (let i = 0; i < bits.length; i++) bits[i] = float32OfHalf[data[i]!]!;
  }
  return tensor('float32', dims, new Float32Array(bits.buffer));
}

/** The nearest half-precision numbers, ties to even; beyond the largest one lies an infinity. */
export function narrowed({ dims, data }: Tensor<'float32'>, type: HalfType): Tensor<HalfType> {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const nearest = type === 'bfloat16' ? nearestBfloat16 : nearestFloat16;
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < halves.length; i++) halves[i] = nearest(bits[i]!);
  return tensor(type, dims, halves);
}

/** Float32 bits of every half-precision number, 256 KiB, made when first needed. */
let float32OfHalf: Uint32Array | undefined;

/** Sign 1, exponent 5 (bias 15) and fraction 10 bits become 1, 8 (bias 127) and 23. */
function float32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal, fraction · 2⁻²⁴, is a normal float32: its leading bit becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | ((fraction << (13 + shift)) & 0x7fffff);
}

function nearestFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >> 13) & 0x3ff);
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520, half-way between the largest and what would follow
  if (magnitude >= 0x38800000) return sign | roundedShift(magnitude - (112 << 23), 13);
  // A subnormal: significand · 2^(exponent − 150) in units of 2⁻²⁴. Below half of the smallest, zero.
  const exponent = magnitude >> 23;
  return exponent < 102 ? sign : sign | roundedShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

function nearestBfloat16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40; // stays a NaN, whatever the cut-off bits were
  return ((bits & 0x80000000) >>> 16) | roundedShift(bits & 0x7fffffff, 16);
}

/** value / 2^shift to the nearest integer, ties to even; a carry into the exponent is the next number up. */
function roundedShift(value: number, shift: number): number {
  return (value + 2 ** (shift - 1) - 1 + ((value >>> shift) & 1)) >>> shift;
}
