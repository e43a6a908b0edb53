import { probeTypes } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { defaultRules } from '../src/index.js';
import { checkGradients } from './check-gradients.js';
import { lossOf, ruleCases } from './rule-cases.js';

/** Random in its forward pass; dropout.test.ts checks it against the mask it drew. */
const testedElsewhere = ['Dropout'];

describe('gradient rules against central differences in float64', () => {
  for (const [rule, cases] of Object.entries(ruleCases)) {
    for (const [name, emit] of Object.entries(cases)) {
      it(`${rule}: ${name}`, async () => {
        const { builder, parameters } = await lossOf(emit, async (partial, value) => {
          const types = await probeTypes({ ...partial.build(), outputs: [{ name: value }] });
          return types.get(value)!.dims.map(Number);
        });
        const graph = builder.build();
        expect(graph.nodes.some((node) => node.opType === rule)).toBe(true);
        await checkGradients(graph, parameters);
      });
    }
  }

  it('covers every built-in rule', () => {
    expect([...Object.keys(ruleCases), ...testedElsewhere].toSorted()).toEqual([...defaultRules.keys()].toSorted());
  });
});
