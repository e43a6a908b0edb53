import { Random } from '@guided-dropout/core';
import { describe, expect, it } from 'vitest';
import { isEquivalent, MutationCheck } from './mutation-check.js';
import { mutantsOf } from './mutants.js';

/** All of them take a minute: `npm run mutation`. */
const SAMPLE = 12;

describe('mutantsOf', () => {
  it('changes one thing at a time', () => {
    const source = `const value = builder.op('Sub', [a, builder.op('Exp', [b])]);\ncontext.contribute(0, value);\n`;
    expect(mutantsOf(source).map(({ line, change }) => `${line}: ${change}`)).toEqual([
      `1: builder.op('Sub', [a, builder.op('Exp', [b])]) → builder.op('Add', [a, builder.op('Exp', [b])])`,
      `1: builder.op('Sub', [a, builder.op('Exp', [b])]) → a`,
      `1: builder.op('Sub', [a, builder.op('Exp', [b])]) → builder.op('Exp', [b])`,
      `1: builder.op('Sub', [a, builder.op('Exp', [b])]) → builder.op('Sub', [builder.op('Exp', [b]), a])`,
      `1: builder.op('Exp', [b]) → builder.op('Identity', [b])`,
      `2: context.contribute(0, value) → undefined`,
      `2: 0 → 1`,
    ]);
    expect(mutantsOf(source)[4]!.source).toBe(source.replace('Exp', 'Identity'));
  });

  it('leaves errors, types and imports alone', () => {
    expect(mutantsOf(`import { a } from '1';\ntype T = 1;\nthrow new Error(String(1 + 2));\n`)).toEqual([]);
  });
});

describe('a small change to a rule', () => {
  it(`is noticed by its cases, ${SAMPLE} drawn at random`, async () => {
    const check = await MutationCheck.create();
    const candidates = check.mutants.filter((mutant) => !isEquivalent(mutant));
    const sample = new Random(31).shuffle(candidates).slice(0, SAMPLE);
    for (const mutant of sample) {
      const survivors = await check.survivors(mutant.file, [mutant]);
      expect(survivors.map(({ file, line, change }) => `${file}:${line} ${change}`)).toEqual([]);
    }
  });
});
