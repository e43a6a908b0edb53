import { taskMetric, taskNamed } from '@guided-dropout/glue';
import { describe, expect, it } from 'vitest';
import { metricFields } from './metric-fields.js';

describe('metricFields', () => {
  it('are the metric and all figures', () => {
    expect(metricFields(taskMetric(taskNamed('sst2'))([1, 0, 1, 1], [1, 0, 0, 1]))).toMatchObject({
      metric: 'accuracy',
      value: 0.75,
      all: { accuracy: 0.75 },
    });
  });

  it('say why a correlation is undefined, in JSON too', () => {
    const fields = metricFields(taskMetric(taskNamed('stsb'))([2, 2, 2], [1, 3, 5]));
    const line = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>;
    expect(line).toMatchObject({ value: null, all: { pearson: null, spearman: null } });
    expect(line['undefinedBecause']).toMatch(/all predictions, or all labels, are equal/);
  });
});
