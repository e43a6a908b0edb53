import { GuidedDropoutError } from '@guided-dropout/core';

/** Throws `SCHEDULE_SITES` unless there is at least one site name and no name is empty or occurs twice. */
export function requireSiteNames(where: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '' || seen.has(name)) {
      throw new GuidedDropoutError('SCHEDULE_SITES', {
        where,
        expected: 'every site once, by its module path',
        received: name === '' ? 'an empty name' : `"${name}" twice`,
        fix: 'Give each dropout site one entry.',
      });
    }
    seen.add(name);
  }
  if (names.length > 0) return;
  throw new GuidedDropoutError('SCHEDULE_SITES', {
    where,
    expected: 'at least one dropout site',
    received: 'none',
    fix: 'Pass the sites of a model that applies dropout.',
  });
}
