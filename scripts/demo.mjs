// `npm run demo [-- arguments]`: from a fresh clone to a running example.
import { buildPackages } from './prepare.mjs';
import { runTypeScript } from './run-typescript.mjs';

await buildPackages();
process.exitCode = await runTypeScript('examples/demo/src/main.ts', process.argv.slice(2));
