import { expect, test } from 'vitest';
import { impossibleReflexives, reflexivesFor } from './reflexive.js';

test.each([
  [1, 'singular', 'common', ['myself']],
  [1, 'plural', 'common', ['ourselves']],
  [2, 'singular', 'common', ['yourself']],
  [3, 'singular', 'masculine', ['himself']],
  [3, 'singular', 'common', ['himself', 'herself']],
  [3, 'singular', 'neuter', ['itself']],
  [3, 'plural', 'feminine', ['themselves']],
] as const)('person %i %s %s', (person, number, gender, expected) => {
  const antecedent = { person, number, gender };
  expect(reflexivesFor(antecedent)).toEqual(expected);
  const impossible = impossibleReflexives(antecedent);
  expect(impossible.length).toBeGreaterThan(2);
  expect(impossible.filter((text) => (expected as readonly string[]).includes(text))).toEqual([]);
});

test('forms that some speakers accept are neither right nor wrong', () => {
  expect(impossibleReflexives({ person: 3, number: 'singular', gender: 'common' })).not.toContain('themselves');
  expect(impossibleReflexives({ person: 3, number: 'singular', gender: 'neuter' })).not.toContain('himself');
});
