// `npm test [-- vitest filters and options]`: from a fresh clone to the results of every test.
import { buildPackages } from './prepare.mjs';
import { runNode } from './run-command.mjs';

// Tests read the sources; only those that pack the packages and run the READMEs need the builds.
await buildPackages();
process.exitCode = await runNode(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
