import { WireType } from '@bufbuild/protobuf/wire';
import { BytePieces } from './byte-pieces.js';
import { wireTypeOf, type Field, type MessageTable, type NumberKind, type ScalarKind } from './field-table.js';

/**
 * Encodes one protobuf message, its fields in the table's order.
 *
 * Numbers must be in the range of their kind (the writer throws a plain Error); long `bytes` are kept by reference.
 */
export function encodeMessage<Message>(table: MessageTable<Message>, message: Message): BytePieces {
  const pieces = new BytePieces();
  const values = message as Record<string, unknown>;
  for (const [property, field] of table.byNumber.values()) writeField(field, values[property], pieces);
  return pieces;
}

function writeField(field: Field, value: unknown, pieces: BytePieces): void {
  if (value === undefined) return;
  switch (field.form) {
    case 'one':
      return writeScalar(field.number, field.kind, value, pieces);
    case 'many':
      for (const item of value as readonly unknown[]) writeScalar(field.number, field.kind, item, pieces);
      return;
    case 'numbers':
      return writeNumbers(field.number, field.kind, value as ArrayLike<number | bigint>, pieces);
    case 'message':
      return writeMessage(field.number, field.table(), value, pieces);
    case 'messages':
      for (const item of value as readonly unknown[]) writeMessage(field.number, field.table(), item, pieces);
  }
}

function writeScalar(number: number, kind: ScalarKind, value: unknown, pieces: BytePieces): void {
  pieces.writer.tag(number, wireTypeOf[kind]);
  if (kind === 'bytes') pieces.appendBytes(value as Uint8Array);
  else pieces.writer[kind](value as never);
}

function writeNumbers(number: number, kind: NumberKind, list: ArrayLike<number | bigint>, pieces: BytePieces): void {
  if (list.length === 0) return;
  pieces.writer.tag(number, WireType.LengthDelimited).fork();
  for (let i = 0; i < list.length; i++) pieces.writer[kind](list[i] as never);
  pieces.writer.join();
}

function writeMessage(number: number, table: MessageTable, value: unknown, pieces: BytePieces): void {
  // Encoded before the tag is written: the length that follows the tag must be known.
  const encoded = encodeMessage(table, value);
  pieces.writer.tag(number, WireType.LengthDelimited);
  pieces.appendMessage(encoded);
}
