import { GuidedDropoutError } from '@guided-dropout/core';

/** The error that an action ends in, for its code and words to be looked at; anything but this project's error fails. */
export async function refusal(action: () => unknown): Promise<GuidedDropoutError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof GuidedDropoutError) return error;
    throw error;
  }
  throw new Error('expected a GuidedDropoutError, but nothing was thrown');
}
