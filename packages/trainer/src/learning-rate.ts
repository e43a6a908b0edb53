/** The learning rate of each optimiser step. */
export type LearningRateSchedule = (step: number, totalSteps: number) => number;

/**
 * Linear warm-up from 0 to the peak, then linear decay to 0, as `transformers.get_linear_schedule_with_warmup`.
 *
 * @param peak highest rate.
 * @param warmupRatio share of all steps spent warming up, in [0, 1]; rounded up to whole steps.
 * @returns the rate of step 0, 1, …: the first step of a warm-up has rate 0.
 */
export function linearWarmupDecay(peak: number, warmupRatio: number): LearningRateSchedule {
  return (step, totalSteps) => {
    const warmup = Math.ceil(totalSteps * warmupRatio);
    if (step < warmup) return (peak * step) / warmup;
    return (peak * Math.max(0, totalSteps - step)) / Math.max(1, totalSteps - warmup);
  };
}
