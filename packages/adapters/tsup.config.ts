import { defineConfig } from 'tsup';
import { base } from '../../tsup.config.base.js';

// One entry per architecture beside the index: `src/bert/index.ts` is `@guided-dropout/adapters/bert`. What they share
// is none, and so no one else's to import.
export default defineConfig({ ...base, entry: ['src/index.ts', 'src/*/index.ts', '!src/shared/index.ts'] });
