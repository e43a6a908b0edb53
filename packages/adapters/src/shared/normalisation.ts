import type { Node } from '@guided-dropout/onnx';
import type { GraphIndex } from './graph-index.js';
import { described, Mismatch } from './mismatch.js';
import type { ModelGraph } from './model-graph.js';

/** One application of a LayerNorm or RMSNorm. */
export interface Normalisation {
  readonly input: string;
  readonly output: string;
}

/**
 * The applications of a LayerNorm or RMSNorm, as one operator or as the steps it consists of, in the graph's order.
 *
 * @throws Mismatch where there is none.
 */
export function normalisations(model: ModelGraph, module: string): Normalisation[] {
  const scale = model.parameter(`${module}.weight`);
  const bias = model.find(`${module}.bias`);
  const found = model.index.readers(scale).flatMap((node): Normalisation[] => {
    const applied = asOneOperator(model.index, node, scale) ?? asSteps(model.index, node, scale, bias);
    return applied === undefined ? [] : [applied];
  });
  if (found.length > 0) return found;
  throw new Mismatch(`a LayerNormalization or RMS normalisation with the scale '${scale}'`, model.readersOf(scale));
}

/** The one application of a normalisation. @throws Mismatch as {@link normalisations}, and where there are several. */
export function normalisation(model: ModelGraph, module: string): Normalisation {
  const [norm, ...others] = normalisations(model, module);
  if (others.length === 0) return norm!;
  const nodes = [norm!, ...others].map(({ output }) => model.index.producer(output));
  throw new Mismatch(`one normalisation with '${model.prefix}${module}.weight'`, `several: ${described(...nodes)}`);
}

function asOneOperator(index: GraphIndex, node: Node, scale: string): Normalisation | undefined {
  const [input, secondInput = ''] = node.inputs;
  if (node.opType !== 'LayerNormalization' || index.source(secondInput) !== scale) return undefined;
  return { input: index.source(input!), output: node.outputs[0]! };
}

/** (x − mean) / √(variance + ε) · scale + bias, or without mean and bias. */
function asSteps(index: GraphIndex, node: Node, scale: string, bias: string | undefined): Normalisation | undefined {
  if (node.opType !== 'Mul') return undefined;
  const normalised = index.producer(node.inputs.find((value) => index.source(value) !== scale));
  const centred = dividedByDeviation(index, normalised);
  if (centred === undefined) return undefined;
  const difference = index.producer(centred);
  const mean = difference?.opType === 'Sub' ? index.producer(difference.inputs[1]) : undefined;
  const input = mean?.opType === 'ReduceMean' ? index.source(difference!.inputs[0]!) : index.source(centred);
  const [output] = node.outputs as [string];
  if (bias === undefined) return { input, output };
  const sum = index
    .readers(output)
    .find(({ opType, inputs }) => opType === 'Add' && inputs.some((value) => index.source(value) === bias));
  return sum && { input, output: sum.outputs[0]! };
}

/** x of x / √(…) and of x · (1 / √(…)). */
function dividedByDeviation(index: GraphIndex, node: Node | undefined): string | undefined {
  if (node?.opType === 'Div') return isRoot(index, node.inputs[1]) ? node.inputs[0] : undefined;
  if (node?.opType !== 'Mul') return undefined;
  const [a, b] = node.inputs as [string, string];
  return isInverseRoot(index, b) ? a : isInverseRoot(index, a) ? b : undefined;
}

function isInverseRoot(index: GraphIndex, value: string): boolean {
  const node = index.producer(value);
  if (node?.opType === 'Reciprocal') return isRoot(index, node.inputs[0]);
  if (node?.opType === 'Div') return isRoot(index, node.inputs[1]);
  // x^(−1/2)
  return node?.opType === 'Pow' && isMeanSquare(index, node.inputs[0]);
}

function isRoot(index: GraphIndex, value: string | undefined): boolean {
  const node = index.producer(value);
  return (node?.opType === 'Sqrt' || node?.opType === 'Pow') && isMeanSquare(index, node.inputs[0]);
}

/** A mean, to which ε may have been added. */
function isMeanSquare(index: GraphIndex, value: string | undefined): boolean {
  const node = index.producer(value);
  const terms = node?.opType === 'Add' ? node.inputs.map((term) => index.producer(term)) : [node];
  return terms.some((term) => term?.opType === 'ReduceMean');
}
