import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import parseChangeset from '@changesets/parse';
import { git, gitList, resolveCommit } from './git.mjs';
import { publicPackages } from './repository.mjs';

/** @typedef {import('./repository.mjs').WorkspacePackage} WorkspacePackage */
/** @typedef {{ name: string, files: string[] }} MissingChangeset */

/**
 * The public packages with changed shipped files that no changeset of the same change names.
 *
 * `changeset status --since` is not enough: it is content with one changeset for any package.
 *
 * @param {string} root a git checkout; files not committed yet count too
 * @param {string} [baseRef] the branch this change goes to; found from the checkout when not given
 * @returns {MissingChangeset[]}
 */
export function missingChangesets(root, baseRef) {
  const branchBase = findBranchBase(root, baseRef);
  return publicPackages(root).flatMap((each) => {
    const base = comparisonBase(root, each, branchBase);
    const files = changedFiles(root, base, each.folder).filter((file) => isShipped(each, file));
    const isNamed = files.length > 0 && namesInChangesets(root, base).has(each.name);
    return files.length === 0 || isNamed ? [] : [{ name: each.name, files }];
  });
}

/**
 * Where this branch left the default branch, or undefined on the default branch itself.
 *
 * @param {string} root
 * @param {string} [baseRef]
 */
function findBranchBase(root, baseRef) {
  if (baseRef !== undefined && resolveCommit(root, baseRef) === undefined) {
    throw new Error(`CHANGESET_BASE: expected a branch or commit, received '${baseRef}'. Fetch it first (git fetch).`);
  }
  const candidates = baseRef === undefined ? ['origin/HEAD', 'origin/main', 'main'] : [baseRef];
  const ref = candidates.find((candidate) => resolveCommit(root, candidate) !== undefined);
  if (ref === undefined) return undefined;
  const base = git(root, ['merge-base', ref, 'HEAD']);
  return base === resolveCommit(root, 'HEAD') ? undefined : base;
}

/**
 * What to compare a package with: the commit that gave it its version, and so used up the changesets before it, where
 * that is on this branch; else the branch's base. Before a package's first release, everything in it is new.
 *
 * This needs no tags, which a release creates after that commit and which many clones leave out.
 *
 * @param {string} root
 * @param {WorkspacePackage} workspacePackage
 * @param {string | undefined} branchBase
 * @returns {string}
 */
function comparisonBase(root, { folder, manifest }, branchBase) {
  const emptyTree = git(root, ['hash-object', '-t', 'tree', '--stdin']);
  // The version a package is created with.
  if (manifest.version === '0.0.0') return emptyTree;
  const range = branchBase === undefined ? 'HEAD' : `${branchBase}..HEAD`;
  const [versionCommit] = gitList(root, [
    'log',
    '-1',
    '--format=%H',
    '-G^ *"version":',
    range,
    '--',
    `${folder}/package.json`,
  ]);
  return versionCommit ?? branchBase ?? emptyTree;
}

/**
 * @param {string} root
 * @param {string} base
 * @param {string} folder
 */
function changedFiles(root, base, folder) {
  return [
    ...gitList(root, ['diff', '--name-only', '-z', base, '--', folder]),
    ...gitList(root, ['ls-files', '--others', '--exclude-standard', '-z', '--', folder]),
  ];
}

/**
 * @param {string} root
 * @param {string} base
 * @returns {Set<string>}
 */
function namesInChangesets(root, base) {
  const names = changedFiles(root, base, '.changeset')
    .filter((file) => file.endsWith('.md') && !file.endsWith('README.md') && existsSync(join(root, file)))
    .flatMap((file) => parseChangeset(readFileSync(join(root, file), 'utf8')).releases.map(({ name }) => name));
  return new Set(names);
}

/**
 * Whether a file, or the build made from it, is in the package's tarball.
 *
 * @param {WorkspacePackage} workspacePackage
 * @param {string} file
 */
function isShipped({ folder, manifest }, file) {
  if (file.endsWith('.test.ts')) return false;
  // `dist` is built from `src`; the changelog is written by the release itself.
  const built = (manifest.files ?? []).map((path) => (path === 'dist' ? 'src' : path));
  const shipped = [...built.filter((path) => path !== 'CHANGELOG.md'), 'package.json', 'README.md', 'LICENSE'];
  return shipped.some((path) => file === `${folder}/${path}` || file.startsWith(`${folder}/${path}/`));
}
