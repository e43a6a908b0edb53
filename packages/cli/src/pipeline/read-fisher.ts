import { GuidedDropoutError, type ScheduleProvenance } from '@guided-dropout/core';
import { modelHash, readSafetensors, type Checkpoint, type LanguageModel } from '@guided-dropout/models';
import { notFisher, parseFisherMetadata } from './fisher-metadata.js';

/** A Fisher estimate read from its file. */
export interface StoredFisher {
  readonly provenance: ScheduleProvenance;
  /** Per parameter, the Fisher information of each element. */
  readonly diagonal: ReadonlyMap<string, Float32Array>;
}

/**
 * Reads the Fisher estimate of a model.
 *
 * @throws GuidedDropoutError `FISHER_FILE` when the file is no such estimate, `FISHER_MODEL` when it was made from other
 * weights than the checkpoint's, `SAFETENSORS_*`.
 */
export async function readFisher(path: string, checkpoint: Checkpoint, model: LanguageModel): Promise<StoredFisher> {
  const file = await readSafetensors(path);
  const provenance = parseFisherMetadata(file.metadata, path);
  const hash = modelHash(model);
  if (hash !== provenance.modelHash) {
    throw new GuidedDropoutError('FISHER_MODEL', {
      where: path,
      expected: `an estimate from the weights in ${checkpoint.folder} (hash ${hash.slice(0, 12)}…)`,
      received: `one from '${provenance.model}' (hash ${provenance.modelHash.slice(0, 12)}…)`,
      fix: 'Pass the model the estimate was made from, or estimate again.',
    });
  }
  const diagonal = new Map(
    model.parameters.map((name) => {
      const { dims } = model.graph.initializers.get(name)!;
      const found = file.entries.get(name);
      if (found?.dataType !== 'float32' || found.dims.join() !== dims.join()) {
        const received = found ? `${found.dataType} [${found.dims.join(', ')}]` : 'none';
        throw notFisher(path, `${received} for parameter '${name}' of float32 [${dims.join(', ')}]`);
      }
      return [name, file.tensor(name).data as Float32Array];
    }),
  );
  return { provenance, diagonal };
}
