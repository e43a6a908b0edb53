import type { GradientRules } from '../src/index.js';
import {
  disagreement,
  numericGradients,
  writtenGradients,
  writtenGradientsOfUnknownSizes,
} from './gradient-reference.js';
import { byExampleCases } from './rule-cases/by-example.js';
import { economicalCases } from './rule-cases/economical.js';
import { exactCases } from './rule-cases/exact.js';
import { ruleCases } from './rule-cases/index.js';
import { refusedCases } from './rule-cases/refused.js';
import { lossOf, type RuleCase } from './rule-cases/rule-case.js';
import { prepareByExample } from './rule-checks/by-example.js';
import { prepareEconomical } from './rule-checks/economical.js';
import { prepareExact } from './rule-checks/exact.js';
import { prepareRefused } from './rule-checks/refused.js';

/** Runs gradient rules, the built-in ones unless others are given; says what is wrong with them, if anything. */
export type Attempt = (rules?: GradientRules) => Promise<string | undefined>;

/** One computation that exercises a rule. */
export interface RuleCheck {
  readonly rule: string;
  readonly name: string;
  /** Computes what is expected of the rule. */
  readonly prepare: () => Promise<Attempt>;
}

/** Every case of every rule. */
export const ruleChecks: readonly RuleCheck[] = [
  ...checksOf('', ruleCases, prepareNumeric),
  ...checksOf('exactly, ', exactCases, prepareExact),
  ...checksOf('by example, ', byExampleCases, prepareByExample),
  ...checksOf('economically, ', economicalCases, prepareEconomical),
  ...checksOf('refused, ', refusedCases, prepareRefused),
];

function checksOf<Case>(
  prefix: string,
  cases: Readonly<Record<string, Readonly<Record<string, Case>>>>,
  prepare: (ruleCase: Case, rule: string) => Promise<Attempt>,
): RuleCheck[] {
  return Object.entries(cases).flatMap(([rule, named]) =>
    Object.entries(named).map(([name, each]) => ({
      rule,
      name: prefix + name,
      prepare: () => prepare(each, rule),
    })),
  );
}

/** Against central differences, written for a float32 graph of known sizes and for a float64 graph of unknown ones. */
async function prepareNumeric(ruleCase: RuleCase, rule: string): Promise<Attempt> {
  const computation = await lossOf(ruleCase);
  if (computation.graph.nodes.every((node) => node.opType !== rule)) throw new RangeError(`A case without ${rule}.`);
  const numeric = await numericGradients(computation);
  return async (rules) =>
    disagreement(await writtenGradients(computation, rules), numeric) ??
    disagreement(await writtenGradientsOfUnknownSizes(computation, rules), numeric);
}
