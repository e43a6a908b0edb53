import type { Graph, GraphBuilder, ValueType, ValueTypes } from '@guided-dropout/onnx';
import type { Contribution } from './contribution.js';
import { noRule, notPerExample, notScalar, unreached, untyped } from './errors.js';
import { factorsThrough } from './factors-through.js';
import { perExampleGradient, summedGradient, type GradientTarget } from './materialise.js';
import { isNonDifferentiable } from './non-differentiable.js';
import { defaultRules } from './rules/index.js';
import { ruleKey, type GradientRules, type RuleContext } from './rule.js';

/** What to differentiate. */
export interface DifferentiateOptions {
  /** The name of a scalar value: shape `[]` or all dimensions 1. */
  readonly loss: string;
  /** Names of graph inputs or initializers of floating type. */
  readonly parameters: readonly string[];
  /** The observed type of every value of the graph the builder was made from (`probeTypes` of the runtime package). */
  readonly types: ValueTypes;
  /** The name of the dimension that counts the examples, for the per-example methods; `batch` unless given. */
  readonly examples?: string;
  /** Rules beside, or in place of, the built-in ones. */
  readonly rules?: GradientRules;
}

/** The gradients of one loss, written into the builder on demand. Example index b runs over the first axis. */
export interface Gradients {
  /** ∂loss/∂parameter, in the parameter's shape. */
  summed(parameter: string): string;
  /**
   * ∂(term of the loss of example b)/∂parameter, [b, …shape of the parameter].
   *
   * @throws GuidedDropoutError `AUTODIFF_PER_EXAMPLE` where what meets the parameter does not have the examples, and
   * nothing else, in its first axis: flattened, folded or shared values, or a parameter that is computed with first.
   */
  perExample(parameter: string): string;
  /** Σ_b of the element-wise squares of {@link perExample}, in the parameter's shape: N × the Fisher diagonal. */
  perExampleSquaredSum(parameter: string): string;
}

/**
 * Reverse-mode differentiation: appends to the builder the gradient of `loss` by each of the parameters.
 *
 * Gradients of parameters stay in factors (X and D of a linear layer's XᵀD) until one of the result's methods asks
 * for them, so per-example results come from the same backward pass as sums.
 *
 * @throws GuidedDropoutError `AUTODIFF_LOSS` (no scalar), `AUTODIFF_UNREACHED` (a parameter the loss does not depend
 * on), `AUTODIFF_NO_RULE` (an operator without a rule).
 */
export function differentiate(builder: GraphBuilder, options: DifferentiateOptions): Gradients {
  const { loss, parameters, types } = options;
  const rules: GradientRules = options.rules ? new Map([...defaultRules, ...options.rules]) : defaultRules;
  const forward = builder.build();
  const typeOf = (value: string): ValueType => typeIn(types, value);
  assertScalar(loss, typeOf(loss));

  const active = activeValues(forward, new Set(parameters));
  const contributions = new Map<string, Contribution[]>();
  const dense = new Map<string, string>();
  const target = (name: string): GradientTarget => ({ name, type: typeOf(name), typeOf });
  const gradientOf = (value: string): string | undefined => {
    const known = dense.get(value);
    const parts = contributions.get(value);
    if (known !== undefined || parts === undefined) return known;
    const sum = builder.scope('gradient', () => summedGradient(builder, target(value), parts));
    dense.set(value, sum);
    return sum;
  };

  contributions.set(loss, [{ kind: 'dense', value: onesLike(builder, typeOf(loss)) }]);
  for (const node of forward.nodes.toReversed()) {
    if (!node.outputs.some((value) => contributions.has(value))) continue;
    if (!node.inputs.some((value) => active.has(value))) continue;
    const needs = (index: number): boolean => active.has(node.inputs[index] ?? '');
    const contribute = (index: number, contribution: Contribution): void => {
      const value = node.inputs[index]!;
      const parts = contributions.get(value);
      if (parts) parts.push(contribution);
      else contributions.set(value, [contribution]);
    };
    const factored = factorsThrough(node, contributions.get(node.outputs[0]!) ?? []);
    if (factored) {
      for (const contribution of factored) contribute(0, contribution);
      continue;
    }
    const rule = rules.get(ruleKey(node));
    if (rule === undefined) throw noRule(node);
    const context: RuleContext = {
      node,
      builder,
      type: typeOf,
      outputGradient: (index) => gradientOf(node.outputs[index] ?? ''),
      needs,
      contribute,
    };
    builder.scope('gradient', () => rule(context));
  }

  const partsOf = (parameter: string): readonly Contribution[] => {
    const parts = contributions.get(parameter);
    if (parts === undefined) throw unreached(parameter, loss);
    return parts;
  };
  for (const parameter of parameters) partsOf(parameter);
  const perExample = (parameter: string): string => {
    const gradient = builder.scope('gradient', () =>
      perExampleGradient(builder, target(parameter), partsOf(parameter), options.examples ?? 'batch'),
    );
    if (gradient === undefined) throw notPerExample(parameter);
    return gradient;
  };
  return {
    summed: (parameter) => {
      partsOf(parameter);
      return gradientOf(parameter)!;
    },
    perExample,
    perExampleSquaredSum: (parameter) => {
      const gradient = perExample(parameter);
      const square = builder.op('Mul', [gradient, gradient]);
      return builder.op('ReduceSum', [square, builder.integers([0])], { keepdims: { type: 'int', value: 0 } });
    },
  };
}

/** Values that depend on a parameter through differentiable operators. */
function activeValues(graph: Graph, parameters: ReadonlySet<string>): ReadonlySet<string> {
  const active = new Set(parameters);
  for (const node of graph.nodes) {
    if (isNonDifferentiable(node) || !node.inputs.some((value) => active.has(value))) continue;
    for (const value of node.outputs) active.add(value);
  }
  return active;
}

function onesLike(builder: GraphBuilder, type: ValueType): string {
  const one = builder.number(1, type.dataType);
  return type.dims.length === 0 ? one : builder.op('Reshape', [one, builder.integers(type.dims.map(() => 1))]);
}

function typeIn(types: ValueTypes, value: string): ValueType {
  const type = types.get(value);
  if (type === undefined) throw untyped(value);
  return type;
}

function assertScalar(loss: string, type: ValueType): void {
  const floating = type.dataType === 'float32' || type.dataType === 'float64';
  if (!floating || type.dims.some((dim) => dim !== 1)) throw notScalar(loss, type);
}
