import { describe, expect, it } from 'vitest';
import { scoreTable, summary } from '../src/report.js';

describe('summary', () => {
  it('is the mean and the sample standard deviation', () => {
    const { mean, deviation } = summary([1, 2, 6]);
    expect(mean).toBe(3);
    expect(deviation).toBeCloseTo(Math.sqrt(7), 12);
  });
});

describe('scoreTable', () => {
  it('has a row per regulariser, with every seed', () => {
    const rows = [
      { name: 'standard', scores: [0.5, 0.6, 0.7] },
      { name: 'guided', scores: [0.2, 0.2, 0.2] },
    ];
    expect(scoreTable(rows, [1, 2, 3])).toBe(
      [
        '  dropout          mean       sd   seed 1   seed 2   seed 3',
        '  standard       0.6000   0.1000   0.5000   0.6000   0.7000',
        '  guided         0.2000   0.0000   0.2000   0.2000   0.2000',
      ].join('\n'),
    );
  });
});
