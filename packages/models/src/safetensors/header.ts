import { bytesPerElement, elementCount, type DataType } from '@guided-dropout/onnx';
import { dataTypeOf, unsupportedTypes } from './element-types.js';
import { objectMembers } from './object-members.js';
import { quoted, safetensorsError } from './safetensors-error.js';

/** The longest header the format allows, bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** What the header says of one tensor; `begin` and `end` count bytes from the end of the header. */
export interface SafetensorsEntry {
  readonly dataType: DataType;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A header that was checked: the tensors, in the order of their data, fill the data exactly. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** Without a prototype, so that `__proto__` is a key like any other. */
  readonly metadata: Readonly<Record<string, string>>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a header and checks it against the length of the data behind it.
 *
 * @throws GuidedDropoutError `SAFETENSORS_HEADER`, `SAFETENSORS_TRUNCATED`, `SAFETENSORS_UNSUPPORTED`.
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, where: string): SafetensorsHeader {
  const place = `${where}, header`;
  try {
    const entries = new Map<string, SafetensorsEntry>();
    let metadata: Record<string, string> | undefined;
    for (const [name, value] of objectMembers(textOf(bytes))) {
      if (entries.has(name) || (name === '__metadata__' && metadata !== undefined)) {
        throw safetensorsError('SAFETENSORS_HEADER', place, 'one entry per name', `two of ${quoted(name)}`);
      }
      if (name === '__metadata__') metadata = metadataOf(value);
      else entries.set(name, entryOf(value, `${where}, tensor ${quoted(name)}`));
    }
    return { entries: inDataOrder(entries, dataLength, where), metadata: metadata ?? noMetadata() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw safetensorsError('SAFETENSORS_HEADER', place, 'a JSON object in UTF-8', error.message, undefined, error);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new SyntaxError('bytes that are not UTF-8', { cause: error });
  }
}

function noMetadata(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

function metadataOf(json: string): Record<string, string> {
  const metadata = noMetadata();
  for (const [key, value] of objectMembers(json)) {
    if (Object.hasOwn(metadata, key)) throw new SyntaxError(`metadata with two values of ${quoted(key)}`);
    metadata[key] = stringOf(value);
  }
  return metadata;
}

function entryOf(json: string, where: string): SafetensorsEntry {
  const fields = new Map<string, string>();
  for (const [key, value] of objectMembers(json)) {
    if (fields.has(key)) throw new SyntaxError(`a tensor with two values of ${quoted(key)}`);
    fields.set(key, value);
  }
  const dataType = elementType(stringOf(fields.get('dtype')), where);
  const dims = naturalsOf(fields.get('shape'));
  const [begin, end, ...rest] = naturalsOf(fields.get('data_offsets'));
  if (begin === undefined || end === undefined || rest.length > 0 || end < begin || fields.size !== 3) {
    throw safetensorsError('SAFETENSORS_HEADER', where, 'dtype, shape and two data_offsets in order', quoted(json));
  }
  const length = elementCount(dims) * bytesPerElement(dataType);
  if (length !== end - begin) {
    const expected = `${length} bytes by its type and shape ([${dims.slice(0, 8).join(', ')}])`;
    throw safetensorsError('SAFETENSORS_HEADER', where, expected, `offsets ${end - begin} apart`);
  }
  return { dataType, dims, begin, end };
}

function elementType(name: string, where: string): DataType {
  const dataType = dataTypeOf.get(name);
  if (dataType !== undefined) return dataType;
  const expected = `one of the types ${[...dataTypeOf.keys()].join(', ')}`;
  if (!unsupportedTypes.has(name)) throw safetensorsError('SAFETENSORS_HEADER', where, expected, quoted(name));
  const fix = 'Save the tensor as one of these types, e.g. F32.';
  throw safetensorsError('SAFETENSORS_UNSUPPORTED', where, expected, quoted(name), fix);
}

function stringOf(json: string | undefined): string {
  if (json?.[0] !== '"') throw new SyntaxError(`expected a string, not ${quoted(json ?? 'nothing')}`);
  return JSON.parse(json) as string;
}

function naturalsOf(json: string | undefined): number[] {
  // Looked at before it is parsed: no brackets inside, so nothing deep is built.
  const list: unknown = json !== undefined && /^\[[\d\s,]*\]$/.test(json) ? JSON.parse(json) : undefined;
  if (Array.isArray(list) && list.every(Number.isSafeInteger)) return list as number[];
  throw new SyntaxError(`expected a list of integers from 0 to 2^53-1, not ${quoted(json ?? 'nothing')}`);
}

/** The entries sorted so that each begins where the one before ends, from the data's first byte to its last. */
function inDataOrder(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  dataLength: number,
  where: string,
): ReadonlyMap<string, SafetensorsEntry> {
  const sorted = [...entries].toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [name, { begin, end }] of sorted) {
    if (begin !== at) {
      const received = `${begin}, ${begin < at ? 'inside another tensor' : 'after a hole'}`;
      throw safetensorsError(
        'SAFETENSORS_HEADER',
        `${where}, tensor ${quoted(name)}`,
        `data from byte ${at}`,
        received,
      );
    }
    at = end;
  }
  if (at !== dataLength) {
    const code = at > dataLength ? 'SAFETENSORS_TRUNCATED' : 'SAFETENSORS_HEADER';
    throw safetensorsError(code, where, `${at} bytes of data behind the header`, `${dataLength}`, 'Download it again.');
  }
  return new Map(sorted);
}
