// `npm run build` and other turbo tasks from a fresh clone: `node scripts/turbo.mjs run <task>`.
import { installDependencies, runTurbo } from './prepare.mjs';

await installDependencies();
process.exitCode = await runTurbo(process.argv.slice(2));
