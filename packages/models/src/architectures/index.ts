import { albert } from './albert/index.js';
import type { Architecture } from './architecture.js';
import { bert } from './bert/index.js';
import { distilbert } from './distilbert/index.js';
import { electra } from './electra/index.js';
import { gpt2 } from './gpt2/index.js';
import { llama, mistral, qwen2 } from './llama/index.js';
import { camembert, roberta, xlmRoberta } from './roberta/index.js';
import { t5 } from './t5/index.js';

const encoders = [bert, roberta, xlmRoberta, camembert, distilbert, albert, electra];
const decoders = [gpt2, llama, mistral, qwen2];
const all: readonly Architecture[] = [...encoders, ...decoders, t5];

/** Every architecture, by `model_type`. */
export const architectures: ReadonlyMap<string, Architecture> = new Map(all.map((one) => [one.modelType, one]));
