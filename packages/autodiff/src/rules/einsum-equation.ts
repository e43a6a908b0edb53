import type { Node } from '@guided-dropout/onnx';
import { unsupported } from './unsupported.js';

/** Which axes an Einsum multiplies and sums: one letter per axis, equal letters run together. */
export interface EinsumEquation {
  /** The labels of each operand. */
  readonly operands: readonly string[];
  /** The labels of the result; those of operands that it lacks are summed over. */
  readonly result: string;
}

/**
 * The equation of an Einsum node, with letters in place of an ellipsis; an implicit result has those letters, then the
 * labels that occur once, in alphabetical order.
 *
 * @param ranks of the operands.
 * @throws GuidedDropoutError `AUTODIFF_UNSUPPORTED` for a label twice in one operand (a diagonal).
 */
export function readEinsumEquation(node: Node, ranks: readonly number[]): EinsumEquation {
  const attribute = node.attributes['equation'];
  const equation = attribute?.type === 'string' ? attribute.value.replaceAll(' ', '') : '';
  const spelled = withoutEllipsis(equation, ranks);
  const parts = /^([A-Za-z,]*)(?:->([A-Za-z]*))?$/.exec(spelled);
  if (parts === null) throw unsupported(node, 'an equation of letters, commas and ellipses', `'${equation}'`);
  const operands = parts[1]!.split(',');
  for (const operand of operands) {
    if (new Set(operand).size === operand.length) continue;
    throw unsupported(node, 'an equation whose operands have each label once', `'${operand}' in '${equation}'`);
  }
  return { operands, result: parts[2] ?? labelsOccurringOnce(operands.join('')) };
}

function labelsOccurringOnce(labels: string): string {
  const once = [...labels].filter((label) => labels.indexOf(label) === labels.lastIndexOf(label));
  return once.toSorted().join('');
}

const ELLIPSIS = '...';

/** Spells out the axes that an ellipsis stands for, equally many in every operand that has one. */
function withoutEllipsis(equation: string, ranks: readonly number[]): string {
  const [left = '', right] = equation.split('->');
  const operands = left.split(',');
  const first = operands.findIndex((operand) => operand.includes(ELLIPSIS));
  if (first < 0) return equation;
  const free = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((letter) => !equation.includes(letter));
  const letters = free.slice(0, ranks[first]! - operands[first]!.length + ELLIPSIS.length).join('');
  const result = right ?? `${ELLIPSIS}${labelsOccurringOnce(left.replaceAll(/[.,]/g, ''))}`;
  return `${left}->${result}`.replaceAll(ELLIPSIS, letters);
}
