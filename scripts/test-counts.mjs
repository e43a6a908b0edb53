/** @typedef {{ passed: number, failed: number, skipped: number }} TestCounts */

/**
 * The parts of vitest's JSON report that are read here.
 *
 * @typedef {object} TestReport
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults one per test file
 */

/**
 * Counts the tests of a vitest run; a failure outside any test (a file that does not load, an unhandled rejection, no
 * report at all) counts as one failed test, so that no failure goes uncounted.
 *
 * @param {TestReport | undefined} report undefined where vitest wrote none
 * @param {number} exitCode vitest's
 * @returns {TestCounts}
 */
export function countTests(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const failedBefore = counts.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed++;
  }
  const isUncounted = exitCode !== 0 || counts.passed === 0;
  if (isUncounted && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * The last line of a CI run, e.g. `812 passed, 0 failed` or `810 passed, 1 failed, 1 skipped`.
 *
 * @param {TestCounts} counts
 * @returns {string}
 */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
