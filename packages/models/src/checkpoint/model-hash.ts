import { createHash } from 'node:crypto';
import type { Tensor } from '@guided-dropout/onnx';

/**
 * SHA-256, in hex, over the names, types, shapes and bytes of the tensors whose names begin with `basePrefix`, in
 * the order of their names: the identity of a base model whatever head it carries.
 *
 * A checkpoint of a base model alone (`BertModel`) has its tensors without the prefix: where no name begins with it,
 * all of them count, and the hash is the one they have under the prefix.
 */
export function modelHash(weights: ReadonlyMap<string, Tensor>, basePrefix: string): string {
  const hash = createHash('sha256');
  const prefix = [...weights.keys()].some((name) => name.startsWith(basePrefix)) ? basePrefix : '';
  const names = [...weights.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  for (const name of names) {
    const { dataType, dims, data } = weights.get(name)!;
    hash.update(`${name.slice(prefix.length)} ${dataType} [${dims.join()}]\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
