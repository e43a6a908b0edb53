import { int, int64, type GraphBuilder } from '@guided-dropout/onnx';
import { atLeastOne, positive, unary, type RuleCase, type RuleCases } from './rule-case.js';

const broadcasts: Readonly<Record<string, readonly [number[], number[]]>> = {
  'equal shapes': [
    [2, 3],
    [2, 3],
  ],
  'right of lower rank': [[2, 3, 4], [4]],
  'left of lower rank': [[3], [2, 3]],
  'ones on both sides': [
    [2, 1, 4],
    [3, 1],
  ],
  'right a scalar': [[2, 3], []],
  'left a scalar': [[], [2, 3]],
  'a leading one': [
    [1, 3],
    [2, 3],
  ],
  'a one that stays': [
    [1, 3],
    [2, 1, 3],
  ],
};

/** An operator of two inputs; `second` brings the draws of the right one where the operator is defined. */
function binary(opType: string, second: (b: GraphBuilder, value: string) => string = (_b, x) => x): RuleCases {
  const cases = Object.entries(broadcasts).map(([name, [left, right]]): [string, RuleCase] => [
    name,
    (b, p) => b.op(opType, [p(...left), second(b, p(...right))]),
  ]);
  return {
    ...Object.fromEntries(cases),
    'left a constant': (b, p, c) => b.op(opType, [c(2, 3), second(b, p(3))]),
    'right a constant': (b, p, c) => b.op(opType, [p(3), second(b, c(2, 3))]),
  };
}

function variadic(opType: string): RuleCases {
  return {
    ...binary(opType),
    'of one': (b, p) => b.op(opType, [p(2, 3)]),
    'of three': (b, p) => b.op(opType, [p(2, 3), p(3), p(2, 1)]),
    'of three with a constant': (b, p, c) => b.op(opType, [p(2, 3), c(3), p()]),
  };
}

function twice(opType: string, emit: RuleCase): RuleCase {
  return (b, p, c) => {
    const value = emit(b, p, c);
    return b.op(opType, [value, value]);
  };
}

export const arithmeticCases: Readonly<Record<string, RuleCases>> = {
  Add: { ...binary('Add'), 'both sides the same': twice('Add', (_b, p) => p(2, 3)) },
  Sub: binary('Sub'),
  Mul: { ...binary('Mul'), 'both sides the same': twice('Mul', (_b, p) => p(2, 3)) },
  Div: {
    ...binary('Div', atLeastOne),
    'both sides the same': twice('Div', (b, p) => positive(b, p(2, 3))),
  },
  Mod: {
    'remainders with the sign of the left': (b, p) => {
      const wide = b.op('Mul', [p(3, 4), b.number(5, 'float32')]);
      return b.op('Mod', [wide, atLeastOne(b, p(4))], { fmod: int(1) });
    },
    'by negative numbers': (b, p, c) =>
      b.op('Mod', [b.op('Mul', [c(3, 4), b.number(5, 'float32')]), b.op('Neg', [atLeastOne(b, p(4))])], {
        fmod: int(1),
      }),
    'by a constant': (b, p) => b.op('Mod', [p(2, 3), b.number(0.7, 'float32')], { fmod: int(1) }),
  },
  Neg: unary('Neg'),
  Min: variadic('Min'),
  Max: variadic('Max'),
  Sum: variadic('Sum'),
  Mean: variadic('Mean'),
  Pow: {
    'constant exponent': (b, p) => b.op('Pow', [p(2, 3), b.number(3, 'float32')]),
    'square of negative numbers': (b, p) => b.op('Pow', [b.op('Neg', [positive(b, p(2, 3))]), b.number(2, 'float32')]),
    'integer exponent': (b, p) => b.op('Pow', [p(2, 3), b.constant(int64([], [3]))]),
    'exponents 0 and 1': (b, p) => b.op('Pow', [p(2, 3), b.constant(int64([3], [0, 1, 2]))]),
    'constant base': (b, p, c) => b.op('Pow', [positive(b, c(2, 1)), p(3)]),
    'exponent a parameter, both broadcast': (b, p) => b.op('Pow', [positive(b, p(2, 1)), p(3)]),
  },
};
