import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeModel, type ExternalDataReader, type Model } from '@guided-dropout/onnx';
import { assertFile } from '../checkpoint/checkpoint-error.js';
import { assertNoFolder } from './import-options.js';

/**
 * Reads an ONNX file with the data files beside it, or its bytes.
 *
 * @param externalData gives the data files of a model that comes as bytes.
 * @throws GuidedDropoutError `CHECKPOINT_MISSING` where there is no such file; `ONNX_*` as `decodeModel`, so for data
 * files that are missing or lie elsewhere.
 */
export async function readOnnx(source: string | Uint8Array, externalData?: ExternalDataReader): Promise<Model> {
  if (typeof source !== 'string') return decodeModel(source, externalData === undefined ? {} : { externalData });
  await assertNoFolder(source);
  await assertFile(source, 'an ONNX model');
  const beside: ExternalDataReader = (location) => readFileSync(join(dirname(source), location));
  return decodeModel(await readFile(source), { source, externalData: externalData ?? beside });
}
