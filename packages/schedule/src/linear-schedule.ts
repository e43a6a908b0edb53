import {
  GuidedDropoutError,
  type DropoutSchedule,
  type LayerScores,
  type ScheduleProvenance,
} from '@guided-dropout/core';
import { rankedRates, type RateShape } from './ranked-rates.js';
import { requireBounds } from './rate-bounds.js';
import { requireScore } from './require-score.js';
import { requireSiteNames } from './site-names.js';

export interface LinearScheduleOptions {
  /** The rate of the least informative site, in [0, 1); default 0.1. */
  readonly upper?: number;
  /** The rate of the most informative site (`inclusive`), or the one after it (`exclusive`), in [0, upper]; default 0. */
  readonly lower?: number;
  /** Whether the n rates include `lower`: steps of (U − L)/(n − 1), the default, or of (U − L)/n. */
  readonly convention?: 'inclusive' | 'exclusive';
  /** Where the scores came from; kept in the schedule. */
  readonly provenance?: ScheduleProvenance;
}

/**
 * Rates that fall in equal steps from the least to the most informative site: more information, less dropout.
 *
 * rate(i) = U − (i − 1)(U − L)/(n − 1), i = 1 … n the rank by ascending score; a single site gets U. Sites with equal
 * scores share the mean of the rates their ranks would get. Sites keep the order of `scores`, the model's.
 *
 * Source: arXiv 2406.14005, eq. 9–10, in the direction of its text and published rates: taken literally, eq. 9 would
 * raise rates with information.
 *
 * @throws GuidedDropoutError `SCHEDULE_BOUNDS` unless 0 ≤ lower ≤ upper < 1; `SCHEDULE_SITES` on no or repeated sites;
 * `SCHEDULE_SCORES` on a score that is negative or not finite; `SCHEDULE_CONVENTION` on an unknown convention.
 * @example
 * linearSchedule([{ site: 'a', score: 4 }, { site: 'b', score: 1 }, { site: 'c', score: 2 }]) // rates 0, 0.1, 0.05
 */
export function linearSchedule(scores: LayerScores, options: LinearScheduleOptions = {}): DropoutSchedule {
  const { upper = 0.1, lower = 0, convention = 'inclusive', provenance } = options;
  requireBounds('linearSchedule options', { upper, lower });
  requireConvention(convention);
  requireSiteNames(
    'linearSchedule scores',
    scores.map(({ site }) => site),
  );
  for (const { site, score } of scores) requireScore(`linearSchedule score of ${site}`, score);
  const rates = rankedRates(
    scores.map(({ score }) => score),
    linearShape(upper, lower, convention),
  );
  return {
    format: 'guided-dropout/schedule',
    version: 1,
    shape: convention === 'inclusive' ? 'linear' : 'linear-exclusive',
    upper,
    lower,
    sites: scores.map(({ site, score }, index) => ({ name: site, rate: rates[index]!, score })),
    ...(provenance && { provenance }),
  };
}

function linearShape(upper: number, lower: number, convention: 'inclusive' | 'exclusive'): RateShape {
  return (rank, count) => {
    const steps = convention === 'inclusive' ? count - 1 : count;
    if (rank === 1) return upper;
    // U − (U − L) need not be L in floating point, and the last rate must not leave its bounds by a rounding error.
    return rank - 1 === steps ? lower : upper - ((rank - 1) / steps) * (upper - lower);
  };
}

function requireConvention(convention: string): void {
  if (convention === 'inclusive' || convention === 'exclusive') return;
  throw new GuidedDropoutError('SCHEDULE_CONVENTION', {
    where: 'linearSchedule options.convention',
    expected: '"inclusive" or "exclusive"',
    received: JSON.stringify(convention),
    fix: 'Leave it out for the default, inclusive.',
  });
}
