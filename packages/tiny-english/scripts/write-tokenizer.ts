// Writes the tokenizer's files into model/ from the lexicon: `npx tsx scripts/write-tokenizer.ts` in this package.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../src/model-folder.js';
import { tokenizerConfig, tokenizerJson } from '../src/tokenizer/tokenizer-files.js';

writeFileSync(join(modelFolder(), 'tokenizer.json'), tokenizerJson());
writeFileSync(join(modelFolder(), 'tokenizer_config.json'), tokenizerConfig());
