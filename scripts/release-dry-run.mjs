// `npm run release:dry`: what the next release would publish, made and checked in a copy of the working tree.
// Only signing the provenance is left out: that takes the identity the release workflow has.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitList } from './git.mjs';
import { packPackages } from './pack-packages.mjs';
import { capturePnpm, sharedStoreOptions } from './pnpm.mjs';
import { installDependencies } from './prepare.mjs';
import { repositoryRoot } from './repository.mjs';
import { tarballProblems } from './tarball-problems.mjs';

await installDependencies();
const copy = mkdtempSync(join(tmpdir(), 'guided-dropout-release-'));
try {
  process.exitCode = await rehearse(copy);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/**
 * @param {string} root
 * @returns {Promise<number>} exit code
 */
async function rehearse(root) {
  copyWorkingTree(root);
  await step('install', ['install', '--frozen-lockfile', ...sharedStoreOptions()], root);
  await step('version', ['run', 'release:version'], root);
  // The copy has the same sources but new versions; it shares the cache so that a second rehearsal builds nothing.
  const cache = `--cache-dir=${join(repositoryRoot, '.turbo/cache')}`;
  await step('build', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', cache], root);
  // Nothing answers at this address: every package is rehearsed as if it had never been published, without a network.
  const publish = ['publish', '--recursive', '--dry-run', '--no-git-checks', '--registry=http://localhost:9/'];
  await step('publish (dry)', publish, root, { npm_config_fetch_retries: '0' });

  const tarballs = join(root, 'tarballs');
  mkdirSync(tarballs);
  const packed = await packPackages(root, tarballs);
  const checked = await Promise.all(packed.map(async (each) => ({ ...each, problems: await tarballProblems(each) })));
  console.table(
    checked.map(({ name, version, bytes, files, problems }) => ({
      package: `${name}@${version}`,
      kB: Math.ceil(bytes / 1000),
      files: files.length,
      check: problems.length === 0 ? 'ok' : 'FAILED',
    })),
  );
  const problems = checked.flatMap((each) => each.problems.map((problem) => `${each.name}: ${problem}`));
  console.log(problems.length === 0 ? 'Each of these can be published.' : problems.join('\n'));
  return problems.length === 0 ? 0 : 1;
}

/**
 * Copies the files git knows or would add, as they are now, committed or not.
 *
 * @param {string} destination
 */
function copyWorkingTree(destination) {
  for (const file of gitList(repositoryRoot, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])) {
    const source = join(repositoryRoot, file);
    if (!existsSync(source)) continue;
    mkdirSync(dirname(join(destination, file)), { recursive: true });
    cpSync(source, join(destination, file));
  }
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {string} root
 * @param {Record<string, string>} [env]
 */
async function step(name, args, root, env = {}) {
  console.log(`${name} …`);
  await capturePnpm(args, { cwd: root, env });
}
