import { float, type GraphBuilder } from '@guided-dropout/onnx';
import { atLeastOne, positive, unary, withinOne, type RuleCases } from './rule-case.js';

/** Twice the draws, so that both sides of a bend some way from 0 are met. */
const wide = (b: GraphBuilder, value: string): string => b.op('Mul', [value, b.number(2, 'float32')]);

export const elementwiseCases: Readonly<Record<string, RuleCases>> = {
  Exp: unary('Exp'),
  Log: unary('Log', positive),
  Sqrt: unary('Sqrt', positive),
  Reciprocal: unary('Reciprocal', positive),
  Tanh: unary('Tanh'),
  Erf: unary('Erf'),
  Sigmoid: unary('Sigmoid'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan', withinOne),
  Asin: unary('Asin', withinOne),
  Acos: unary('Acos', withinOne),
  Atan: unary('Atan', wide),
  Sinh: unary('Sinh'),
  Cosh: unary('Cosh'),
  Asinh: unary('Asinh', wide),
  Acosh: unary('Acosh', (b, x) => b.op('Add', [atLeastOne(b, x), b.number(0.5, 'float32')])),
  Atanh: unary('Atanh', withinOne),
  Relu: unary('Relu'),
  Abs: unary('Abs'),
  Softplus: unary('Softplus', wide),
  Softsign: unary('Softsign', wide),
  Mish: unary('Mish', wide),
  LeakyRelu: {
    ...unary('LeakyRelu'),
    'another slope': (b, p) => b.op('LeakyRelu', [p(2, 3)], { alpha: float(0.3) }),
  },
  Elu: { ...unary('Elu'), 'another limit': (b, p) => b.op('Elu', [p(3, 4)], { alpha: float(0.3) }) },
  Selu: {
    'of a matrix': (b, p) => b.op('Selu', [p(3, 4)]),
    'other constants': (b, p) => b.op('Selu', [p(3, 4)], { alpha: float(0.5), gamma: float(2) }),
  },
  HardSigmoid: {
    'of a matrix': (b, p) => b.op('HardSigmoid', [wide(b, wide(b, p(4, 4)))]),
    'other constants': (b, p) => b.op('HardSigmoid', [wide(b, p(4, 4))], { alpha: float(0.4), beta: float(0.3) }),
  },
  HardSwish: { 'of a matrix': (b, p) => b.op('HardSwish', [wide(b, wide(b, p(4, 5)))]) },
  ThresholdedRelu: {
    'of a matrix': (b, p) => b.op('ThresholdedRelu', [wide(b, p(4, 4))]),
    'another threshold': (b, p) => b.op('ThresholdedRelu', [p(4, 4)], { alpha: float(0.2) }),
  },
  PRelu: {
    'a slope for each column': (b, p) => b.op('PRelu', [p(3, 4), p(4)]),
    'one slope': (b, p) => b.op('PRelu', [p(2, 3), p(1)]),
    'constant slopes': (b, p, c) => b.op('PRelu', [p(2, 3), c(3)]),
    'of a constant': (b, p, c) => b.op('PRelu', [c(2, 3), p(2, 3)]),
  },
  Clip: {
    'both bounds': (b, p) => b.op('Clip', [p(3, 4), b.number(-0.5, 'float32'), b.number(0.7, 'float32')]),
    'bounds as parameters': (b, p) => b.op('Clip', [p(3, 4), b.op('Neg', [positive(b, p())]), positive(b, p())]),
    'lower bound': (b, p) => b.op('Clip', [p(3, 4), b.number(0, 'float32')]),
    'upper bound': (b, p) => b.op('Clip', [p(3, 4), '', b.number(0, 'float32')]),
  },
};
