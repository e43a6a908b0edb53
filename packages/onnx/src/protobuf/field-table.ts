import { WireType } from '@bufbuild/protobuf/wire';

/** What a single value of each protobuf scalar kind is in memory. Enums are `int32`. */
export interface ScalarOf {
  int32: number;
  int64: bigint;
  uint64: bigint;
  float: number;
  double: number;
  string: string;
  bytes: Uint8Array;
}

/** The array that holds a repeated numeric field; numbers of a hostile file thus cost at most 8 bytes per byte read. */
export interface NumbersOf {
  int32: Int32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  float: Float32Array;
  double: Float64Array;
}

export type ScalarKind = keyof ScalarOf;
export type NumberKind = keyof NumbersOf;

/** One row of a message's table; `absent` is the value when the file does not have the field. */
export type Field<Value = unknown> = { readonly number: number; readonly absent: Value } & (
  | { readonly form: 'one'; readonly kind: ScalarKind }
  | { readonly form: 'many'; readonly kind: 'string' | 'bytes' }
  | { readonly form: 'numbers'; readonly kind: NumberKind }
  | { readonly form: 'message'; readonly table: () => MessageTable }
  | { readonly form: 'messages'; readonly table: () => MessageTable }
);

/** A message type: a message with every field absent, and the fields by the number that stands in the file. */
export interface MessageTable<Message = unknown> {
  readonly name: string;
  readonly absent: Message;
  readonly byNumber: ReadonlyMap<number, readonly [property: string, field: Field]>;
  /** How many messages of this type may enclose one another; set on the type through which all recursion passes. */
  readonly nestingLimit?: number;
}

/** The in-memory type of a message, derived from its fields. */
export type MessageOf<Fields extends Record<string, Field>> = {
  readonly [Key in keyof Fields]: Fields[Key]['absent'];
};

/** How one value of a kind stands in the file. */
export const wireTypeOf: { readonly [Kind in ScalarKind]: WireType } = {
  int32: WireType.Varint,
  int64: WireType.Varint,
  uint64: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
};

const numberArrays: { readonly [Kind in NumberKind]: new (length: number) => NumbersOf[Kind] } = {
  int32: Int32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float: Float32Array,
  double: Float64Array,
};

/** A zero-filled array for numbers of a kind. */
export function numberArray<Kind extends NumberKind>(kind: Kind, length: number): NumbersOf[Kind] {
  return new numberArrays[kind](length);
}

// Shared, so that an empty message of a hostile file costs one small object and not one array per field.
const nothing: readonly never[] = Object.freeze([]);

/** An optional scalar field. */
export function one<Kind extends ScalarKind>(number: number, kind: Kind): Field<ScalarOf[Kind] | undefined> {
  return { number, form: 'one', kind, absent: undefined };
}

/** A repeated string or bytes field. */
export function many<Kind extends 'string' | 'bytes'>(number: number, kind: Kind): Field<readonly ScalarOf[Kind][]> {
  return { number, form: 'many', kind, absent: nothing };
}

/** A repeated numeric field; read packed or not, written packed. */
export function numbers<Kind extends NumberKind>(number: number, kind: Kind): Field<NumbersOf[Kind]> {
  return { number, form: 'numbers', kind, absent: numberArray(kind, 0) };
}

/** An optional embedded message; the table is a thunk because message types refer to each other in a circle. */
export function message<Message>(number: number, table: () => MessageTable<Message>): Field<Message | undefined> {
  return { number, form: 'message', table: table as () => MessageTable, absent: undefined };
}

/** A repeated embedded message. */
export function messages<Message>(number: number, table: () => MessageTable<Message>): Field<readonly Message[]> {
  return { number, form: 'messages', table: table as () => MessageTable, absent: nothing };
}

/** A message type from its fields. */
export function messageTable<Fields extends Record<string, Field>>(
  name: string,
  fields: Fields,
  nestingLimit?: number,
): MessageTable<MessageOf<Fields>> {
  const rows = Object.entries(fields);
  const absent = Object.fromEntries(rows.map(([property, field]) => [property, field.absent])) as MessageOf<Fields>;
  const byNumber = new Map(rows.map(([property, field]) => [field.number, [property, field] as const]));
  return nestingLimit === undefined ? { name, absent, byNumber } : { name, absent, byNumber, nestingLimit };
}

/** A message with the given properties, the others absent. */
export function createMessage<Message extends object>(
  table: MessageTable<Message>,
  given: Partial<Message> = {},
): Message {
  return { ...table.absent, ...given };
}
