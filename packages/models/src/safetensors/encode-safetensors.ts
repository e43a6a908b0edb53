import { bytesPerElement, elementCount, tensorBytes, type Tensor } from '@guided-dropout/onnx';
import { writeFileAtomically } from '../output/index.js';
import { formatTypeOf } from './element-types.js';
import { MAX_HEADER_BYTES } from './header.js';
import { PREAMBLE_BYTES } from './preamble.js';
import { quoted, safetensorsError } from './safetensors-error.js';

/** Key–value pairs for the file's `__metadata__`, e.g. `{ format: 'pt' }`. */
export type SafetensorsMetadata = Readonly<Record<string, string>>;

/**
 * Tensors as the bytes of a safetensors file, in the layout of the format's own library: largest alignment first, then
 * by name, the header padded with spaces to 8 bytes.
 *
 * @throws GuidedDropoutError `SAFETENSORS_HEADER` when a name is reserved, a tensor's data does not fill its shape, or
 * the header grows too long.
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata?: SafetensorsMetadata): Uint8Array {
  return Buffer.concat(pieces(tensors, metadata));
}

/**
 * Writes a safetensors file that appears whole or not at all; tensor data is not copied.
 *
 * @throws GuidedDropoutError as {@link encodeSafetensors}, and `OUTPUT_WRITE`.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata?: SafetensorsMetadata,
): Promise<void> {
  await writeFileAtomically(path, pieces(tensors, metadata));
}

function pieces(tensors: ReadonlyMap<string, Tensor>, metadata: SafetensorsMetadata | undefined): Uint8Array[] {
  const laidOut = inLayoutOrder(tensors);
  const members = metadata === undefined ? [] : [`"__metadata__":${JSON.stringify(metadata)}`];
  let at = 0;
  for (const [name, tensor] of laidOut) {
    assertWritable(name, tensor);
    const { byteLength } = tensor.data;
    const entry = { dtype: nameAndRank(tensor).name, shape: tensor.dims, data_offsets: [at, at + byteLength] };
    // Joined by hand: as keys of an object, names such as `1` would change places.
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    at += byteLength;
  }
  return [...headerPieces(`{${members.join(',')}}`), ...laidOut.map(([, tensor]) => tensorBytes(tensor))];
}

function headerPieces(json: string): Uint8Array[] {
  const unpadded = Buffer.from(json);
  const header = Buffer.alloc(Math.ceil(unpadded.length / 8) * 8, ' ');
  unpadded.copy(header);
  if (header.length > MAX_HEADER_BYTES) {
    const expected = `a header of at most ${MAX_HEADER_BYTES} bytes`;
    const fix = 'Write fewer tensors, or less metadata, into one file.';
    throw safetensorsError('SAFETENSORS_HEADER', 'encodeSafetensors', expected, `${header.length}`, fix);
  }
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  preamble.writeBigUInt64LE(BigInt(header.length));
  return [preamble, header];
}

function inLayoutOrder(tensors: ReadonlyMap<string, Tensor>): [string, Tensor][] {
  const named = Array.from(tensors, ([name, tensor]) => ({ name, tensor, utf8: Buffer.from(name) }));
  // Names compare by their bytes in the format's library, not by UTF-16 units.
  named.sort((a, b) => nameAndRank(a.tensor).rank - nameAndRank(b.tensor).rank || Buffer.compare(a.utf8, b.utf8));
  return named.map(({ name, tensor }) => [name, tensor]);
}

function nameAndRank({ dataType }: Tensor): { readonly name: string; readonly rank: number } {
  return formatTypeOf.get(dataType)!; // every element type has an entry
}

function assertWritable(name: string, { dataType, dims, data }: Tensor): void {
  const where = `encodeSafetensors, tensor ${quoted(name)}`;
  if (name === '__metadata__') {
    throw safetensorsError('SAFETENSORS_HEADER', where, 'another name', 'the reserved one', 'Rename the tensor.');
  }
  const expected = elementCount(dims) * bytesPerElement(dataType);
  if (data.byteLength === expected && dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) return;
  const shape = `${expected} bytes by its type and shape [${dims.join(', ')}]`;
  throw safetensorsError('SAFETENSORS_HEADER', where, shape, `${data.byteLength}`, 'Make tensors with tensor().');
}
