/** A mutant that no test can notice. */
export interface EquivalentMutant {
  readonly file: string;
  /** The trimmed source line. */
  readonly code: string;
  readonly change: string;
  readonly reason: string;
}

/** Mutants that compute the same gradients as the rules themselves, and why. */
export const equivalentMutants: readonly EquivalentMutant[] = [
  {
    file: 'elementwise.ts',
    code: "const bell = builder.op('Exp', [builder.op('Mul', [builder.op('Mul', [x, x]), number(-1)])]);",
    change:
      "builder.op('Mul', [builder.op('Mul', [x, x]), number(-1)]) → builder.op('Div', [builder.op('Mul', [x, x]), number(-1)])",
    reason: 'To divide by −1 is to multiply by it.',
  },
  {
    file: 'joining.ts',
    code: "const axis = (readInt(node, 'axis', 0) + rank) % rank;",
    change: '0 → 1',
    reason: 'The axis of a Concat has no default; every valid node gives it.',
  },
  {
    file: 'normalisation.ts',
    code: 'const { dataType } = context.type(context.node.inputs[0]!);',
    change: '0 → 1',
    reason: 'Input and scale are of one type.',
  },
  {
    file: 'normalisation.ts',
    code: 'return Array.from({ length: axis < 0 ? -axis : rank - axis }, (_, i) => -1 - i);',
    change: '0 → 1',
    reason: 'Of axis 0 no axes are left, and ReduceMean over no axes is over all of them.',
  },
  {
    file: 'reduction.ts',
    code: "const nonZero = builder.op('Where', [isZero, builder.number(1, dataType), x]);",
    change: '1 → 2',
    reason: 'What stands in for a zero is divided away where it is the only one; with others the slope is 0.',
  },
  {
    file: 'reduction.ts',
    code: "const nonZero = builder.op('Where', [isZero, builder.number(1, dataType), x]);",
    change: '1 → -1',
    reason: 'What stands in for a zero is divided away where it is the only one; with others the slope is 0.',
  },
];
