// Controls: each keeps a schedule's mean rate (up to rounding) and breaks its tie between rate and information, so that
// a gain over them is due to which layers are spared and not to how much dropout there is on average.
import { Random, type DropoutSchedule } from '@guided-dropout/core';
import { meanRate } from './mean-rate.js';
import { rankedRates } from './ranked-rates.js';

/**
 * The schedule turned round: the site with the highest rate gets the lowest, the second highest the second lowest, ….
 *
 * Sites with equal rates share the mean of what they would get. Scores and provenance stay.
 */
export function reversedSchedule(schedule: DropoutSchedule): DropoutSchedule {
  const rates = ratesOf(schedule);
  const descending = rates.toSorted((a, b) => b - a);
  return withRates(
    schedule,
    `reversed(${schedule.shape})`,
    rankedRates(rates, (rank) => descending[rank - 1]!),
  );
}

/** The schedule's rates dealt out to its sites at random; equal seeds give equal schedules. Scores and provenance stay. */
export function shuffledSchedule(schedule: DropoutSchedule, seed: number): DropoutSchedule {
  const rates = new Random(seed).fork('shuffledSchedule').shuffle(ratesOf(schedule));
  return withRates(schedule, `shuffled(${schedule.shape}, seed ${seed})`, rates);
}

/** Every site at the schedule's mean rate: the same dropout on average, unguided. Scores and provenance stay. */
export function equalMeanSchedule(schedule: DropoutSchedule): DropoutSchedule {
  const rates = ratesOf(schedule);
  const mean = meanRate(rates);
  return {
    ...withRates(
      schedule,
      `equal-mean(${schedule.shape})`,
      rates.map(() => mean),
    ),
    upper: mean,
    lower: mean,
  };
}

function ratesOf(schedule: DropoutSchedule): number[] {
  return schedule.sites.map(({ rate }) => rate);
}

function withRates(schedule: DropoutSchedule, shape: string, rates: readonly number[]): DropoutSchedule {
  return { ...schedule, shape, sites: schedule.sites.map((site, index) => ({ ...site, rate: rates[index]! })) };
}
