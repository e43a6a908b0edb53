// Protobuf fields written byte by byte, independently of the encoder under test.

/** A base-128 integer, least significant group first; negative numbers as 64-bit two's complement. */
export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const group = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? group : group | 0x80);
  } while (rest !== 0n);
  return bytes;
}

/** An integer field (wire type 0). */
export const int = (number: number, value: number | bigint): number[] => [...varint(number * 8), ...varint(value)];

/** A length-delimited field (wire type 2): a message, packed numbers or bytes. */
export const block = (number: number, ...content: readonly number[]): number[] => [
  ...varint(number * 8 + 2),
  ...varint(content.length),
  ...content,
];

/** A text field. */
export const text = (number: number, value: string): number[] => block(number, ...new TextEncoder().encode(value));

/** The bytes of float32 numbers. */
export const floats = (...values: readonly number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)];

/** A model with one graph field's content, opset 18, IR version 9. */
export const modelBytes = (...graph: readonly number[]): Uint8Array =>
  Uint8Array.from([...int(1, 9), ...block(7, ...graph), ...block(8, ...int(2, 18))]);
