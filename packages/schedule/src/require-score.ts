import { GuidedDropoutError } from '@guided-dropout/core';

/** Throws `SCHEDULE_SCORES` unless the score is finite and at least 0. */
export function requireScore(where: string, score: number): void {
  if (Number.isFinite(score) && score >= 0) return;
  throw new GuidedDropoutError('SCHEDULE_SCORES', {
    where,
    expected: 'a finite score of at least 0',
    received: `${score}`,
    fix: 'Score the model again; a loss that overflowed leaves such scores.',
  });
}
