import { BinaryReader } from '@bufbuild/protobuf/wire';
import { numberArray, type NumberKind, type NumbersOf } from './field-table.js';

/** Collects a repeated numeric field, which may arrive packed, one by one, or as a mixture of both. */
export class NumberList<Kind extends NumberKind = NumberKind> {
  #numbers: NumbersOf[Kind];
  #length: number;

  constructor(
    readonly kind: Kind,
    initial: NumbersOf[Kind],
  ) {
    this.#numbers = initial;
    this.#length = initial.length;
  }

  /** Appends the encoded numbers that fill `payload`; a RangeError says that the last one is cut off. */
  append(payload: Uint8Array): void {
    if (this.kind === 'float' || this.kind === 'double') this.#appendFixed(payload);
    else this.#appendVarints(payload);
  }

  finish(): NumbersOf[Kind] {
    return this.#numbers.length === this.#length
      ? this.#numbers
      : (this.#numbers.slice(0, this.#length) as NumbersOf[Kind]);
  }

  #appendFixed(payload: Uint8Array): void {
    const size = this.#numbers.BYTES_PER_ELEMENT;
    if (payload.length % size !== 0) throw new RangeError(`packed numbers of ${size} bytes fill ${payload.length}`);
    const at = this.#grow(payload.length / size);
    new Uint8Array(this.#numbers.buffer).set(payload, at * size);
  }

  #appendVarints(payload: Uint8Array): void {
    let count = 0;
    for (const byte of payload) if (byte < 0x80) count++; // the last byte of each varint has its top bit clear
    let at = this.#grow(count);
    const reader = new BinaryReader(payload);
    const numbers = this.#numbers as { [index: number]: number | bigint };
    while (reader.pos < reader.len) numbers[at++] = readVarint(reader, this.kind);
  }

  /** Makes room for `count` more numbers and returns the index of the first. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#numbers.length) {
      // A packed field comes whole, so the first allocation is exact; single numbers make it double.
      const grown = numberArray(this.kind, at === 0 ? count : Math.max(this.#length, 2 * this.#numbers.length));
      (grown as Int32Array).set(this.#numbers.subarray(0, at) as Int32Array);
      this.#numbers = grown;
    }
    return at;
  }
}

function readVarint(reader: BinaryReader, kind: NumberKind): number | bigint {
  if (kind === 'int32') return reader.int32();
  return BigInt(kind === 'int64' ? reader.int64() : reader.uint64());
}
