import { readFileSync } from 'node:fs';
import { tensor, type Tensor } from '@guided-dropout/onnx';

type Entry = { readonly dtype: string; readonly shape: number[]; readonly data_offsets: [number, number] };

/** The float32 and int64 tensors of a safetensors file, by name. */
export function readSafetensors(path: string): ReadonlyMap<string, Tensor> {
  const file = readFileSync(path);
  const headerEnd = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, headerEnd)) as Record<string, Entry>;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    tensors.set(name, tensorOf(entry, file.subarray(headerEnd + start, headerEnd + end)));
  }
  return tensors;
}

function tensorOf({ dtype, shape }: Entry, bytes: Uint8Array): Tensor {
  // A copy, for typed arrays must start at a multiple of their element's size.
  const { buffer } = Uint8Array.from(bytes);
  if (dtype === 'F32') return tensor('float32', shape, new Float32Array(buffer));
  if (dtype === 'I64') return tensor('int64', shape, new BigInt64Array(buffer));
  throw new RangeError(`Golden files hold F32 and I64; received ${dtype}.`);
}
