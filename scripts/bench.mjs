// `npm run bench -- <name> [arguments]`: runs `benchmarks/<name>.ts`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installDependencies } from './prepare.mjs';
import { repositoryRoot } from './repository.mjs';
import { runTypeScript } from './run-typescript.mjs';

const [name, ...args] = process.argv.slice(2);
const names = benchmarkNames();

if (name === undefined || !names.includes(name)) {
  console.error(name === undefined ? 'Which benchmark?' : `There is no benchmark '${name}'.`);
  console.error(
    names.length === 0 ? 'There is none yet.' : names.map((each) => `  npm run bench -- ${each}`).join('\n'),
  );
  process.exitCode = 2;
} else {
  await installDependencies();
  // Benchmarks belong to no package: these paths let them import every package, from its sources.
  const env = { TSX_TSCONFIG_PATH: join(repositoryRoot, 'tsconfig.sources.json') };
  process.exitCode = await runTypeScript(`benchmarks/${name}.ts`, args, env);
}

function benchmarkNames() {
  const folder = join(repositoryRoot, 'benchmarks');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !/\.(test|config|d)\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted();
}
