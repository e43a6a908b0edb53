// `npm run mutation [-- <file> …]`: changes the gradient rules in small ways, and tells which changes no test notices.
import { join } from 'node:path';
import { installDependencies } from './prepare.mjs';
import { repositoryRoot } from './repository.mjs';
import { runTypeScript } from './run-typescript.mjs';

await installDependencies();
// These paths let the program import every package from its sources.
const env = { TSX_TSCONFIG_PATH: join(repositoryRoot, 'tsconfig.sources.json') };
process.exitCode = await runTypeScript('packages/autodiff/test/mutation/run.ts', process.argv.slice(2), env);
