// The release workflow's last step: builds, then publishes every package whose version the registry does not have.
import { runPnpm } from './pnpm.mjs';
import { buildPackages } from './prepare.mjs';

await buildPackages();
// Through pnpm, so that changesets publishes with it: pnpm turns `workspace:^` into version ranges.
process.exitCode = await runPnpm(['exec', 'changeset', 'publish']);
