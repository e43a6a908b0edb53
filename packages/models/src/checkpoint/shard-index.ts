import { GuidedDropoutError } from '@guided-dropout/core';
import { objectMembers } from '../safetensors/object-members.js';
import { quoted } from '../safetensors/safetensors-error.js';

/** The names of the tensors in each shard of a checkpoint, by the shard's file name. */
export type ShardIndex = ReadonlyMap<string, ReadonlySet<string>>;

/** An index has some 90 bytes per tensor, so this is one of a third of a million tensors. */
export const MAXIMUM_INDEX_BYTES = 32 * 2 ** 20;

/**
 * A name in the folder itself. Stricter than need be, so that nothing in it means anything to a file system (`/`, `\`,
 * `..`, `C:`) or in an address (`?`, `#`, `%`).
 */
const shardName = /^[\w.+-]+\.safetensors$/;

/**
 * Reads the text of `model.safetensors.index.json`, of which only `weight_map` counts.
 *
 * `metadata.total_size` is left alone, as in `transformers`: it is wrong in published checkpoints that are whole, and
 * the headers of the shards say more.
 *
 * @throws GuidedDropoutError `CHECKPOINT_INDEX`, also for shards that are not files of this very folder.
 */
export function parseShardIndex(json: string, where: string): ShardIndex {
  const shards = new Map<string, Set<string>>();
  const seen = new Set<string>();
  for (const [tensor, value] of members(weightMapOf(json, where), where)) {
    const shard = stringOf(value, where);
    if (shard === undefined || !shardName.test(shard)) {
      const expected = 'the name of a .safetensors file beside the index';
      throw indexError(`${where}, tensor ${quoted(tensor)}`, expected, quoted(shard ?? value));
    }
    if (seen.has(tensor)) throw indexError(where, 'one shard per tensor', `two of ${quoted(tensor)}`);
    seen.add(tensor);
    const names = shards.get(shard) ?? new Set();
    shards.set(shard, names.add(tensor));
  }
  if (shards.size === 0) throw indexError(where, "a 'weight_map' of tensors to shards", 'an empty one');
  return shards;
}

/** The error for an index that is malformed, or that the shards contradict. */
export function indexError(where: string, expected: string, received: string, cause?: unknown): GuidedDropoutError {
  const fix = 'Download the index and the shards of one revision again, or save the checkpoint again.';
  return new GuidedDropoutError('CHECKPOINT_INDEX', { where, expected, received, fix }, { cause });
}

function weightMapOf(json: string, where: string): string {
  const maps = members(json, where).filter(([key]) => key === 'weight_map');
  const [map] = maps;
  if (map === undefined || maps.length > 1) {
    throw indexError(where, "one 'weight_map' of tensors to shards", map === undefined ? 'none' : `${maps.length}`);
  }
  return map[1];
}

/** Not by `JSON.parse`, which keeps only the last of two members of one name. */
function members(json: string, where: string): (readonly [string, string])[] {
  try {
    return [...objectMembers(json)];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw indexError(where, 'a JSON object', error.message, error);
  }
}

function stringOf(json: string, where: string): string | undefined {
  if (!json.startsWith('"')) return undefined;
  try {
    return JSON.parse(json) as string;
  } catch (error) {
    throw indexError(where, 'a JSON object', (error as Error).message, error);
  }
}
