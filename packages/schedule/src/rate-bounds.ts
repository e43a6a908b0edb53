import { GuidedDropoutError } from '@guided-dropout/core';

/** Throws `SCHEDULE_BOUNDS` unless the rate is a probability of zeroing in [0, 1). */
export function requireRate(where: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new GuidedDropoutError('SCHEDULE_BOUNDS', {
    where,
    expected: 'a rate in [0, 1)',
    received: `${rate}`,
    fix: 'Give the probability of zeroing a value, e.g. 0.1.',
  });
}

/** Throws `SCHEDULE_BOUNDS` unless 0 ≤ lower ≤ upper < 1. */
export function requireBounds(
  where: string,
  { upper, lower }: { readonly upper: number; readonly lower: number },
): void {
  requireRate(`${where}.upper`, upper);
  requireRate(`${where}.lower`, lower);
  if (lower <= upper) return;
  throw new GuidedDropoutError('SCHEDULE_BOUNDS', {
    where: `${where}.lower`,
    expected: `at most upper, ${upper}`,
    received: `${lower}`,
    fix: 'Swap them; for more dropout in informative layers, as a control, use reversedSchedule.',
  });
}
