import { float, int, ints, string } from '@guided-dropout/onnx';
import { positive, type RuleCase, type RuleCases } from './rule-case.js';

const transposed: RuleCase = (b, p) => b.op('Transpose', [p(5, 4)], { perm: ints([1, 0]) });

const gemms: RuleCases = Object.fromEntries(
  [0, 1].flatMap((transA) =>
    [0, 1].map((transB): [string, RuleCase] => [
      `transA ${transA}, transB ${transB}`,
      (b, p) =>
        b.op('Gemm', [transA ? p(3, 2) : p(2, 3), transB ? p(4, 3) : p(3, 4), p(4)], {
          transA: int(transA),
          transB: int(transB),
          alpha: float(0.5),
          beta: float(2),
        }),
    ]),
  ),
);

const einsum =
  (equation: string, ...shapes: readonly (readonly number[])[]): RuleCase =>
  (b, p) =>
    b.op(
      'Einsum',
      shapes.map((dims) => p(...dims)),
      { equation: string(equation) },
    );

export const productCases: Readonly<Record<string, RuleCases>> = {
  MatMul: {
    'matrix by matrix': (b, p) => b.op('MatMul', [p(2, 3), p(3, 4)]),
    'batch by matrix': (b, p) => b.op('MatMul', [p(2, 3, 4), p(4, 5)]),
    'batch by batch': (b, p) => b.op('MatMul', [p(2, 3, 4), p(2, 4, 2)]),
    'two leading axes': (b, p) => b.op('MatMul', [p(2, 2, 3, 4), p(2, 2, 4, 2)]),
    'left broadcast from 1': (b, p) => b.op('MatMul', [p(1, 3, 4), p(2, 4, 2)]),
    'right broadcast from 1': (b, p) => b.op('MatMul', [p(2, 3, 4), p(1, 4, 2)]),
    'left of lower rank': (b, p) => b.op('MatMul', [p(3, 4), p(2, 4, 2)]),
    'right of lower rank': (b, p) => b.op('MatMul', [p(3, 2, 3, 4), p(2, 4, 2)]),
    'left a constant': (b, p, c) => b.op('MatMul', [c(2, 3, 4), p(4, 5)]),
    'right a constant': (b, p, c) => b.op('MatMul', [p(2, 3, 4), c(4, 5)]),
    'transposed weight': (b, p, c) => b.op('MatMul', [p(2, 3, 4), transposed(b, p, c)]),
    'weight in the order of its axes': (b, p) =>
      b.op('MatMul', [p(2, 3), b.op('Transpose', [p(3, 3)], { perm: ints([0, 1]) })]),
    'computed weight': (b, p) => b.op('MatMul', [p(2, 3, 4), b.op('Exp', [p(4, 5)])]),
    'weight used twice': (b, p) => {
      const weight = p(4, 4);
      const once = b.op('MatMul', [p(2, 3, 4), weight]);
      return b.op('MatMul', [once, b.op('Transpose', [weight], { perm: ints([1, 0]) })]);
    },
    'vector by vector': (b, p) => b.op('MatMul', [p(3), p(3)]),
    'matrix by vector': (b, p) => b.op('MatMul', [p(2, 3), p(3)]),
    'batch by vector': (b, p) => b.op('MatMul', [p(2, 3, 4), p(4)]),
    'vector by matrix': (b, p) => b.op('MatMul', [p(3), p(3, 4)]),
    'vector by batch': (b, p) => b.op('MatMul', [p(3), p(2, 3, 4)]),
    'vector by a constant matrix': (b, p, c) => b.op('MatMul', [p(3), c(3, 4)]),
    'constant vector by matrix': (b, p, c) => b.op('MatMul', [c(3), p(3, 4)]),
    'constant matrix by vector': (b, p, c) => b.op('MatMul', [c(2, 3), p(3)]),
    'matrix by a constant vector': (b, p, c) => b.op('MatMul', [p(2, 3), c(3)]),
  },
  Gemm: {
    ...gemms,
    'all defaults, no third input': (b, p) => b.op('Gemm', [p(2, 3), p(3, 4)]),
    'a default factor with each bias': (b, p) => {
      const biased = (...dims: number[]): string => b.op('Gemm', [p(2, 3), p(3, 4), p(...dims)]);
      return b.op('Sum', [biased(), biased(1), biased(2, 1), biased(1, 4), biased(2, 4)]);
    },
    'constant operands': (b, p, c) => b.op('Gemm', [p(2, 3), c(3, 4), c(4)], { alpha: float(0.5) }),
    'constant rows': (b, p, c) => b.op('Gemm', [c(2, 3), p(3, 4), c(4)]),
    'computed weight': (b, p) => b.op('Gemm', [p(2, 3), positive(b, p(4, 3))], { transB: int(1) }),
  },
  Einsum: {
    'attention scores': einsum('bhid,bhjd->bhij', [2, 2, 3, 4], [2, 2, 2, 4]),
    'attention values': einsum('bhij,bhjd->bihd', [2, 2, 3, 2], [2, 2, 2, 3]),
    'a linear layer': einsum('bld,de->ble', [2, 3, 4], [4, 2]),
    'a linear layer, weight transposed': einsum('bld,ed->ble', [2, 3, 4], [2, 4]),
    'a linear layer, weight first': einsum('ed,bld->ble', [2, 4], [2, 3, 4]),
    'a linear layer, result transposed': einsum('bld,de->bel', [2, 3, 4], [4, 2]),
    'a linear layer, other axes transposed': einsum('bld,de->lbe', [2, 3, 4], [4, 2]),
    'a linear layer whose inputs are broadcast': einsum('bld,de->ble', [2, 3, 1], [4, 2]),
    'a vector by a matrix': einsum('d,de->e', [4], [4, 2]),
    'a matrix with leading axes': einsum('bld,dhk->blhk', [2, 2, 3], [3, 2, 2]),
    'a matrix that shares both its labels': einsum('bld,bd->bld', [2, 2, 3], [2, 3]),
    'a matrix summed over': einsum('bld,de->bl', [2, 2, 3], [3, 2]),
    'implicit result': einsum('ij,jk', [2, 3], [3, 4]),
    'implicit result in alphabetical order': einsum('ba', [2, 3]),
    'spaces, capitals': einsum(' i J , J k -> i k ', [2, 3], [3, 4]),
    'outer product': einsum('i,j->ij', [2], [3]),
    'inner product': einsum('i,i->', [3], [3]),
    'a scalar operand': einsum(',ij->ji', [], [2, 3]),
    'three operands': einsum('ij,jk,kl->il', [2, 3], [3, 2], [2, 4]),
    'four operands, labels shared by all': einsum('i,i,ij,i->j', [2], [2], [2, 3], [2]),
    'labels of one operand summed': einsum('ij,kjl->k', [2, 3], [2, 3, 2]),
    'sum of everything': einsum('ij->', [2, 3]),
    transpose: einsum('ijk->kij', [2, 3, 4]),
    'a size of 1 broadcast': einsum('ij,ij->ij', [1, 3], [2, 3]),
    'a size of 1 broadcast and summed': einsum('ij,ij->j', [1, 3], [2, 3]),
    'a size of 1 broadcast by another operand': einsum('ij,ij,ij->j', [1, 3], [1, 3], [2, 3]),
    'a size of 1 on both sides': einsum('ij,ij->ij', [1, 3], [1, 3]),
    'an ellipsis beside labels in another order': (b, p) =>
      b.op('Einsum', [p(2, 3, 4), p(3, 4, 2)], { equation: string('i...,...i->...') }),
    'an ellipsis without a result': (b, p) => b.op('Einsum', [p(3, 2, 4), p(4, 2)], { equation: string('...ij,ji') }),
    'a linear layer of any rank': (b, p) =>
      b.op('Einsum', [p(2, 3, 4), p(4, 5)], { equation: string('...d,de->...e') }),
    'rows a constant': (b, p, c) => b.op('Einsum', [c(2, 3), p(3, 4)], { equation: string('ij,jk->ik') }),
    'one operand twice': (b, p) => {
      const x = p(2, 3);
      return b.op('Einsum', [x, x], { equation: string('ij,kj->ik') });
    },
  },
};
