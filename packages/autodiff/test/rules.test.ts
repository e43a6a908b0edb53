import { describe, expect, it } from 'vitest';
import { defaultRules } from '../src/index.js';
import { ruleCases } from './rule-cases/index.js';
import { ruleChecks } from './rule-checks.js';

describe('gradient rules', () => {
  for (const { rule, name, prepare } of ruleChecks) {
    it(`${rule}: ${name}`, async () => {
      const attempt = await prepare();
      expect(await attempt()).toBeUndefined();
    });
  }

  it('all have cases', () => {
    expect(Object.keys(ruleCases).toSorted()).toEqual([...defaultRules.keys()].toSorted());
  });
});
