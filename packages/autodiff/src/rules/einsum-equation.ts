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
 * The equation of an Einsum node; an implicit result has the labels that occur once, in alphabetical order.
 *
 * @throws GuidedDropoutError `AUTODIFF_UNSUPPORTED` for an ellipsis, and for a label twice in one operand (a diagonal).
 */
export function readEinsumEquation(node: Node): EinsumEquation {
  const attribute = node.attributes['equation'];
  const equation = attribute?.type === 'string' ? attribute.value.replaceAll(' ', '') : '';
  const parts = /^([A-Za-z,]*)(?:->([A-Za-z]*))?$/.exec(equation);
  if (parts === null) throw unsupported(node, 'an equation that names every axis by a letter', `'${equation}'`);
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
