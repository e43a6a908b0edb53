import { GuidedDropoutError } from '@guided-dropout/core';

/**
 * Refuses a weight with an infinity or a NaN in it: whatever such a model computes is neither.
 *
 * @throws GuidedDropoutError `MODEL_WEIGHTS` with their number and the index of the first.
 */
export function assertFinite(data: Float32Array, where: string): void {
  let count = 0;
  let first = -1;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // Only infinities and NaNs do not cancel.
    if (value - value === 0) continue;
    if (count === 0) first = i;
    count++;
  }
  if (count === 0) return;
  throw new GuidedDropoutError('MODEL_WEIGHTS', {
    where,
    expected: 'finite numbers',
    received: `${count} of ${data.length} that are not, the first ${data[first]} at index ${first}`,
    fix: 'Download the checkpoint again, or take one from before its training diverged.',
  });
}
