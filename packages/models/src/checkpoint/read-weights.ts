import type { DataType, Tensor } from '@guided-dropout/onnx';
import { withSafetensors, type OpenSafetensors } from '../safetensors/index.js';
import { quoted } from '../safetensors/safetensors-error.js';
import { isHalf, widened } from './half-precision.js';
import { indexError } from './shard-index.js';
import type { WeightFile } from './weight-files.js';

/** The tensors of a checkpoint. */
export interface StoredWeights {
  /** By name; half precision is widened to float32, exactly. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The types they are stored in. */
  readonly dataTypes: ReadonlySet<DataType>;
}

/**
 * Reads weights tensor by tensor, so that memory holds each once.
 *
 * @throws GuidedDropoutError `CHECKPOINT_INDEX` where a shard has other tensors than the index says; `SAFETENSORS_*`.
 */
export async function readWeights(files: readonly WeightFile[]): Promise<StoredWeights> {
  const weights = new Map<string, Tensor>();
  const dataTypes = new Set<DataType>();
  for (const { path, tensors } of files) {
    await withSafetensors(path, async (file) => {
      if (tensors !== undefined) assertTensors(file, tensors, path);
      for (const name of file.header.entries.keys()) {
        const stored = await file.tensor(name);
        weights.set(name, isHalf(stored) ? widened(stored) : stored);
        dataTypes.add(stored.dataType);
      }
    });
  }
  return { weights, dataTypes };
}

/** Each tensor is in the shard that the index names, and only there. */
function assertTensors({ header }: OpenSafetensors, expected: ReadonlySet<string>, path: string): void {
  for (const name of expected) {
    if (!header.entries.has(name))
      throw indexError(path, `the tensor ${quoted(name)}, by the index`, 'none of that name');
  }
  for (const name of header.entries.keys()) {
    if (!expected.has(name))
      throw indexError(path, 'the tensors that the index lists for it', `one more, ${quoted(name)}`);
  }
}
