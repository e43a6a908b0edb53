import { GuidedDropoutError, type DropoutSchedule } from '@guided-dropout/core';
import type { DropoutRegularizer } from './regularizer.js';

/**
 * Information-guided dropout (Sharma et al., 2024): every site of the base model at the rate its schedule says.
 *
 * @throws GuidedDropoutError `SCHEDULE_SITES` when training begins on a model whose sites are not the schedule's.
 */
export function guidedDropout(schedule: DropoutSchedule): DropoutRegularizer {
  return {
    name: 'guided',
    onTrainBegin(control) {
      const rates = new Map(schedule.sites.map(({ name, rate }) => [name, rate]));
      const unscheduled = control.siteNames.find((site) => !rates.has(site));
      if (unscheduled !== undefined || schedule.sites.length !== control.siteNames.length) {
        throw new GuidedDropoutError('SCHEDULE_SITES', {
          where: 'guidedDropout(schedule)',
          expected: `a rate for each of the model's ${control.siteNames.length} sites and no other`,
          received: unscheduled === undefined ? `${schedule.sites.length} rates` : `none for '${unscheduled}'`,
          fix: 'Estimate the schedule from this model.',
        });
      }
      for (const [site, rate] of rates) control.setDropoutRate(site, rate);
    },
  };
}
