import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { assertFile, missingFile } from './checkpoint-error.js';
import { SHARD_INDEX_FILE, WEIGHTS_FILE } from './model-files.js';
import { indexError, MAXIMUM_INDEX_BYTES, parseShardIndex, type ShardIndex } from './shard-index.js';

/** A file with weights in it. */
export interface WeightFile {
  readonly path: string;
  /** What it must have in it, no more and no less, by the index that names it. */
  readonly tensors?: ReadonlySet<string>;
}

/**
 * The files with a checkpoint's weights: `model.safetensors` where there is one, as in `transformers`, else the shards
 * that the index names.
 *
 * @param folder the real path of the model folder.
 * @throws GuidedDropoutError `CHECKPOINT_MISSING`, `CHECKPOINT_INDEX`, `CHECKPOINT_PICKLE`.
 */
export async function weightFiles(folder: string): Promise<readonly WeightFile[]> {
  const single = join(folder, WEIGHTS_FILE);
  if (await exists(single)) {
    await assertFile(single, 'the weights, as safetensors in one file');
    return [{ path: single }];
  }
  const indexPath = join(folder, SHARD_INDEX_FILE);
  if (!(await exists(indexPath))) throw await noWeights(folder);
  const files: WeightFile[] = [];
  for (const [name, tensors] of await readShardIndex(indexPath)) {
    const path = join(folder, name);
    await assertFile(path, `a shard of the weights, named in ${SHARD_INDEX_FILE}`);
    await assertInside(path, folder);
    files.push({ path, tensors });
  }
  return files;
}

/** Reads an index of shards; throws `CHECKPOINT_MISSING`, `CHECKPOINT_INDEX`. */
export async function readShardIndex(path: string): Promise<ShardIndex> {
  const { size } = await assertFile(path, 'the index of the shards');
  if (size > MAXIMUM_INDEX_BYTES) {
    throw indexError(path, `an index of at most ${MAXIMUM_INDEX_BYTES} bytes`, `a file of ${size} bytes`);
  }
  return parseShardIndex(await readFile(path, 'utf8'), path);
}

/** A link by which an index would reach a file elsewhere; those of a Hugging Face cache lead to its own blobs. */
async function assertInside(path: string, folder: string): Promise<void> {
  const target = await realpath(path);
  const root = await realpath(folder);
  const roots = basename(dirname(root)) === 'snapshots' ? [root, join(dirname(dirname(root)), 'blobs')] : [root];
  if (roots.some((each) => target.startsWith(each + sep))) return;
  throw indexError(path, 'a file in the model folder', `a link to ${target}`);
}

async function noWeights(folder: string): Promise<GuidedDropoutError> {
  for (const name of ['pytorch_model.bin', 'pytorch_model.bin.index.json']) {
    if (await exists(join(folder, name))) return pickleError(join(folder, name));
  }
  return missingFile(
    join(folder, WEIGHTS_FILE),
    'the weights, as safetensors in one file or in shards',
    'no such file',
  );
}

/** `CHECKPOINT_PICKLE`: weights in a format that can run code when it is read, and is not read here. */
export function pickleError(path: string): GuidedDropoutError {
  return new GuidedDropoutError('CHECKPOINT_PICKLE', {
    where: path,
    expected: `the weights as ${WEIGHTS_FILE}`,
    received: 'only a pickle, which can run code when it is loaded and is never read here',
    fix: `Convert it, in a folder with a copy of it and the Python packages torch and safetensors: ${conversion}`,
  });
}

/** Any architecture; `weights_only` runs no code of the pickle, `clone` parts tensors that share memory. */
const conversion =
  `python3 -c "import glob, torch; from safetensors.torch import save_file; ` +
  `w = {k: v.contiguous().clone() for f in glob.glob('pytorch_model*.bin') ` +
  `for k, v in torch.load(f, map_location='cpu', weights_only=True).items()}; ` +
  `save_file(w, '${WEIGHTS_FILE}', {'format': 'pt'})"`;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
