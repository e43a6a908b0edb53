import { GuidedDropoutError } from '@guided-dropout/core';

/** The error that an action throws, for its code and words to be looked at; anything but this project's error fails. */
export function refusal(action: () => unknown): GuidedDropoutError {
  try {
    action();
  } catch (error) {
    if (error instanceof GuidedDropoutError) return error;
    throw error;
  }
  throw new Error('expected a GuidedDropoutError, but nothing was thrown');
}
