import { GuidedDropoutError } from '@guided-dropout/core';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import {
  wireTypeOf,
  type Field,
  type MessageTable,
  type NumberKind,
  type NumbersOf,
  type ScalarKind,
} from './field-table.js';
import { NumberList } from './number-list.js';
import { onnxError } from './onnx-error.js';

/**
 * Most messages, strings and byte fields in one file. Two bytes can stand for an empty one of a hundred in memory, so
 * this, and not the file's size, bounds what a hostile file costs (about 300 MB); a model of 100,000 nodes has about a
 * million.
 */
export const MAX_PARTS = 2_000_000;

/** Where the decoder is, for messages and limits. */
interface Progress {
  readonly source: string;
  readonly path: string[];
  parts: number;
}

/**
 * Decodes one protobuf message; `bytes` fields are views of the input.
 *
 * @param source what messages call the input, e.g. its path.
 * @throws GuidedDropoutError `ONNX_TRUNCATED`, `ONNX_INVALID`, `ONNX_TOO_LARGE`.
 */
export function decodeMessage<Message extends object>(
  table: MessageTable<Message>,
  bytes: Uint8Array,
  source: string,
): Message {
  const progress: Progress = { source, path: [], parts: 0 };
  try {
    return readMessage(table, bytes, table.absent, progress);
  } catch (error) {
    throw describe(error, progress, bytes.length);
  }
}

function readMessage<Message>(
  table: MessageTable<Message>,
  bytes: Uint8Array,
  start: Message,
  progress: Progress,
): Message {
  enter(table, progress);
  const message = { ...start } as Record<string, unknown>;
  const numberLists = new Map<string, NumberList>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const row = table.byNumber.get(number);
    if (row !== undefined) readField(row[0], row[1], wireType, reader, message, numberLists, progress);
    else skip(number, wireType, reader);
  }
  for (const [property, list] of numberLists) message[property] = list.finish();
  progress.path.pop();
  return message as Message;
}

function readField(
  property: string,
  field: Field,
  wireType: WireType,
  reader: BinaryReader,
  message: Record<string, unknown>,
  numberLists: Map<string, NumberList>,
  progress: Progress,
): void {
  if (field.form === 'numbers') {
    let list = numberLists.get(property);
    if (list === undefined) {
      list = new NumberList(field.kind, message[property] as NumbersOf[NumberKind]);
      numberLists.set(property, list);
    }
    if (wireType !== WireType.LengthDelimited) assertWireType(property, wireTypeOf[field.kind], wireType);
    list.append(wireType === WireType.LengthDelimited ? reader.bytes() : reader.skip(wireType));
    return;
  }
  // A single number lives in its message; everything else is one more object.
  if (wireType === WireType.LengthDelimited) count(progress);
  if (field.form === 'message' || field.form === 'messages') {
    assertWireType(property, WireType.LengthDelimited, wireType);
    const table = field.table();
    // A single message that comes twice is to be merged, says protobuf.
    const start = field.form === 'message' ? (message[property] ?? table.absent) : table.absent;
    const value = readMessage(table, reader.bytes(), start, progress);
    if (field.form === 'message') message[property] = value;
    else push(message, property, field, value);
    return;
  }
  assertWireType(property, wireTypeOf[field.kind], wireType);
  const value = readScalar(field.kind, reader);
  if (field.form === 'one') message[property] = value;
  else push(message, property, field, value);
}

/** Appends to a repeated field, whose array is shared with all other messages as long as it is empty. */
function push(message: Record<string, unknown>, property: string, field: Field, value: unknown): void {
  if (message[property] === field.absent) message[property] = [value];
  else (message[property] as unknown[]).push(value);
}

function readScalar(kind: ScalarKind, reader: BinaryReader): unknown {
  if (kind === 'string') return reader.string(true);
  if (kind === 'int64' || kind === 'uint64') return BigInt(reader[kind]());
  return reader[kind]();
}

function skip(number: number, wireType: WireType, reader: BinaryReader): void {
  if (wireType === WireType.StartGroup || wireType === WireType.EndGroup) {
    throw new Error(`field ${number} is a group, which ONNX does not use`);
  }
  reader.skip(wireType);
}

function assertWireType(property: string, expected: WireType, received: WireType): void {
  if (received !== expected) throw new Error(`${property} has wire type ${received} instead of ${expected}`);
}

function enter(table: MessageTable, progress: Progress): void {
  progress.path.push(table.name);
  const limit = table.nestingLimit;
  if (limit === undefined || progress.path.length <= limit) return;
  if (progress.path.filter((name) => name === table.name).length > limit) {
    throw tooLarge(progress, `at most ${limit} ${table.name} inside one another`, 'more');
  }
}

function count(progress: Progress): void {
  if (++progress.parts > MAX_PARTS) throw tooLarge(progress, `at most ${MAX_PARTS} messages and texts`, 'more');
}

function tooLarge(progress: Progress, expected: string, received: string): GuidedDropoutError {
  return onnxError('ONNX_TOO_LARGE', place(progress), expected, received, 'No exporter makes such files; get another.');
}

function place(progress: Progress): string {
  const path = progress.path.length > 6 ? ['...', ...progress.path.slice(-5)] : progress.path;
  return `${progress.source}, ${path.join(' > ')}`;
}

/** The reader's own errors, told apart: only at the outermost level does running out of bytes mean a cut file. */
function describe(error: unknown, progress: Progress, length: number): unknown {
  if (error instanceof GuidedDropoutError || !(error instanceof Error)) return error;
  if (error instanceof RangeError && progress.path.length === 1) {
    const expected = 'a field that ends within the file';
    const received = `one that runs past the end, at ${length} bytes`;
    return onnxError('ONNX_TRUNCATED', place(progress), expected, received, 'Download or export the file again.');
  }
  return onnxError('ONNX_INVALID', place(progress), 'a valid protobuf message', error.message);
}
