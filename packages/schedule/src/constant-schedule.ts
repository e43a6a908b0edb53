import type { DropoutSchedule } from '@guided-dropout/core';
import { requireRate } from './rate-bounds.js';
import { requireSiteNames } from './site-names.js';

/**
 * Standard dropout written as a schedule: every site has the same rate, in [0, 1).
 *
 * Nothing was measured, so every score is 0.
 *
 * @throws GuidedDropoutError `SCHEDULE_BOUNDS` on a rate outside [0, 1); `SCHEDULE_SITES` on no or repeated names.
 */
export function constantSchedule(siteNames: readonly string[], rate: number): DropoutSchedule {
  requireRate('constantSchedule rate', rate);
  requireSiteNames('constantSchedule siteNames', siteNames);
  return {
    format: 'guided-dropout/schedule',
    version: 1,
    shape: 'constant',
    upper: rate,
    lower: rate,
    sites: siteNames.map((name) => ({ name, rate, score: 0 })),
  };
}
