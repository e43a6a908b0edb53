// Writes test/golden/digest.json: `npx tsx scripts/write-golden.ts` in this package, only for a change that is meant.
import { writeFileSync } from 'node:fs';
import { digest } from '../test/golden/digest.js';

writeFileSync(new URL('../test/golden/digest.json', import.meta.url), `${JSON.stringify(digest(), null, 2)}\n`);
