import { execFileSync } from 'node:child_process';

/**
 * The output of a git command, without the newline at its end; throws where git fails.
 *
 * @param {string} root
 * @param {readonly string[]} args
 * @param {string} [input]
 * @returns {string}
 */
export function git(root, args, input = '') {
  return execFileSync('git', args, { cwd: root, input, encoding: 'utf8', maxBuffer: 2 ** 28 }).trimEnd();
}

/**
 * The output of a git command as a list of lines or, with `-z`, of NUL-ended names.
 *
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function gitList(root, args) {
  return git(root, args)
    .split(args.includes('-z') ? '\0' : '\n')
    .filter((item) => item !== '');
}

/**
 * The commit a name stands for, or undefined where there is none.
 *
 * @param {string} root
 * @param {string} name
 * @returns {string | undefined}
 */
export function resolveCommit(root, name) {
  try {
    return execFileSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
