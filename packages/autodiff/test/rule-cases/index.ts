import { arithmeticCases } from './arithmetic.js';
import { elementwiseCases } from './elementwise.js';
import { movementCases } from './movement.js';
import { normalisationCases } from './normalisation.js';
import { productCases } from './products.js';
import { reductionCases } from './reductions.js';
import type { RuleCases } from './rule-case.js';
import { slicingCases } from './slicing.js';

/** Computations that exercise each rule, by the rule's key; shapes cover ranks, broadcasts, axes and their signs. */
export const ruleCases: Readonly<Record<string, RuleCases>> = {
  ...arithmeticCases,
  ...elementwiseCases,
  ...movementCases,
  ...normalisationCases,
  ...productCases,
  ...reductionCases,
  ...slicingCases,
};
