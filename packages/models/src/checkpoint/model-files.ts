/** The files of a Hugging Face model folder that are read here. */
export const CONFIG_FILE = 'config.json';
export const WEIGHTS_FILE = 'model.safetensors';
/** Says which file each tensor of a sharded checkpoint is in. */
export const SHARD_INDEX_FILE = 'model.safetensors.index.json';
