import { GuidedDropoutError, type TrainingControl } from '@guided-dropout/core';
import { gaussianNoise } from './gaussian-noise.js';
import type { DropoutRegularizer } from './regularizer.js';

/**
 * Standard dropout: one rate at every site of the base model.
 *
 * @param rate probability of zeroing, in [0, 1).
 * @throws GuidedDropoutError `BASELINE_RATE` for a rate outside [0, 1).
 */
export function standardDropout(rate = 0.1): DropoutRegularizer {
  return { name: 'standard', onTrainBegin: setAll(rate) };
}

/**
 * Gaussian dropout: multiplicative noise N(1, rate/(1 − rate)) at every site of the base model.
 *
 * @param rate the rate of Bernoulli dropout with the same variance, in [0, 1).
 * @throws GuidedDropoutError `BASELINE_RATE` for a rate outside [0, 1).
 */
export function gaussianDropout(rate = 0.1): DropoutRegularizer {
  return { name: 'gaussian', noise: gaussianNoise, onTrainBegin: setAll(rate) };
}

function setAll(rate: number): (control: TrainingControl) => void {
  if (!(rate >= 0 && rate < 1)) {
    throw new GuidedDropoutError('BASELINE_RATE', {
      where: 'dropout rate',
      expected: 'a number in [0, 1)',
      received: String(rate),
      fix: 'Pass the probability of zeroing an element, e.g. 0.1.',
    });
  }
  return (control) => {
    for (const site of control.siteNames) control.setDropoutRate(site, rate);
  };
}
