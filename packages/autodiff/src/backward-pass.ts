import { valuesReadBy, type Graph, type GraphBuilder, type Node, type ValueType } from '@guided-dropout/onnx';
import type { Contribution } from './contribution.js';
import { controlFlow, halfPrecision, isControlFlow, noRule, unreached } from './errors.js';
import { factorsThrough } from './factors-through.js';
import { byExampleThrough } from './gradients/by-example-through.js';
import { ExampleAxis } from './gradients/example-axis.js';
import { exampleFactors } from './gradients/example-factors.js';
import { perExampleGradient } from './gradients/per-example.js';
import { summedGradient } from './gradients/summed.js';
import type { GradientTarget } from './gradients/target.js';
import { isNonDifferentiable } from './non-differentiable.js';
import { ruleKey, type GradientRules, type RuleContext } from './rule.js';

/** What a backward pass starts from. */
export interface BackwardPassOptions {
  readonly loss: string;
  readonly parameters: readonly string[];
  readonly examples: string;
  readonly typeOf: (value: string) => ValueType;
  readonly rules: GradientRules;
}

/** What a backward pass found. */
export interface BackwardPass {
  /** The graph as it was before. */
  readonly forward: Graph;
  /** Values of it that depend on a parameter through differentiable operators. */
  readonly active: ReadonlySet<string>;
  /** The shares of a parameter's gradient, in factors. */
  contributionsTo(parameter: string): readonly Contribution[];
  /** The gradient of a value between a parameter and the loss, summed; the value's own shape. */
  gradientOf(value: string): string;
  target(value: string): GradientTarget;
}

/** Walks the graph from the loss to the parameters and writes, rule by rule, what their gradients are made of. */
export function backwardPass(builder: GraphBuilder, options: BackwardPassOptions): BackwardPass {
  const { loss, parameters, typeOf, rules } = options;
  const forward = builder.build();
  const active = activeValues(forward, new Set(parameters));
  assertFullPrecision(active, typeOf);
  const contributions = new Map<string, Contribution[]>();
  const summed = new Map<string, string>();
  const examples = new ExampleAxis(builder, typeOf, options.examples);
  const target = (name: string): GradientTarget => ({ builder, name, type: typeOf(name), typeOf, examples });
  const gradientOf = (value: string): string | undefined => {
    const known = summed.get(value);
    const parts = contributions.get(value);
    if (known !== undefined || parts === undefined) return known;
    const sum = builder.scope('gradient', () => summedGradient(target(value), parts));
    summed.set(value, sum);
    return sum;
  };
  /** The gradient by example of a node's output that all examples share. */
  const byExample = (node: Node): string | undefined => {
    const output = target(node.outputs[0]!);
    const factors = exampleFactors(output, contributions.get(output.name) ?? []);
    return factors && perExampleGradient(output, factors);
  };
  /** A contribution that can be taken apart by example, which is written when a parameter behind it asks. */
  const separable = (node: Node, contribution: Contribution): Contribution => {
    if (contribution.kind === 'scatter') return { byExample: () => byExample(node), ...contribution };
    if (contribution.kind !== 'dense') return contribution;
    const through = (): string | undefined => {
      const gradient = byExample(node);
      return gradient === undefined ? undefined : byExampleThrough(target(node.inputs[0]!), node, gradient);
    };
    return { byExample: through, ...contribution };
  };

  contributions.set(loss, [{ kind: 'dense', value: onesLike(builder, loss, typeOf(loss)) }]);
  for (const node of forward.nodes.toReversed()) {
    if (!node.outputs.some((value) => contributions.has(value))) continue;
    if (!valuesReadBy(node).some((value) => active.has(value))) continue;
    const contribute = (index: number, contribution: Contribution): void => {
      const value = node.inputs[index]!;
      const part = index === 0 ? separable(node, contribution) : contribution;
      const parts = contributions.get(value);
      if (parts) parts.push(part);
      else contributions.set(value, [part]);
    };
    const factored = builder.scope('gradient', () =>
      factorsThrough(builder, typeOf, node, contributions.get(node.outputs[0]!) ?? []),
    );
    if (factored) {
      for (const contribution of factored) contribute(0, contribution);
      continue;
    }
    if (isControlFlow(node)) throw controlFlow(node);
    const rule = rules.get(ruleKey(node));
    if (rule === undefined) throw noRule(node);
    const context: RuleContext = {
      node,
      builder,
      type: typeOf,
      scalar: (value) => {
        const constant = active.has(value) ? undefined : builder.initializerOf(value);
        return constant?.dims.length === 0 ? Number(constant.data[0]) : undefined;
      },
      outputGradient: (index) => gradientOf(node.outputs[index] ?? ''),
      needs: (index) => active.has(node.inputs[index] ?? ''),
      contribute,
    };
    builder.scope('gradient', () => rule(context));
  }

  const contributionsTo = (parameter: string): readonly Contribution[] => {
    const parts = contributions.get(parameter);
    if (parts === undefined) throw unreached(parameter, loss);
    return parts;
  };
  for (const parameter of parameters) contributionsTo(parameter);
  return {
    forward,
    active,
    contributionsTo,
    gradientOf: (value) => {
      contributionsTo(value);
      return gradientOf(value)!;
    },
    target,
  };
}

/** Values that depend on a parameter through differentiable operators. */
function activeValues(graph: Graph, parameters: ReadonlySet<string>): ReadonlySet<string> {
  const active = new Set(parameters);
  for (const node of graph.nodes) {
    if (isNonDifferentiable(node) || !valuesReadBy(node).some((value) => active.has(value))) continue;
    for (const value of node.outputs) active.add(value);
  }
  return active;
}

/** Gradients in half precision lose small values to rounding, and the CPU has few kernels for them. */
function assertFullPrecision(active: ReadonlySet<string>, typeOf: (value: string) => ValueType): void {
  for (const value of active) {
    if (value === '') continue;
    const { dataType } = typeOf(value);
    if (dataType === 'float16' || dataType === 'bfloat16') throw halfPrecision(value, dataType);
  }
}

function onesLike(builder: GraphBuilder, loss: string, type: ValueType): string {
  const one = builder.number(1, type.dataType);
  if (type.dims.length === 0) return one;
  if (type.dims.every((dim) => dim === 1)) {
    return builder.op('Reshape', [one, builder.integers(type.dims.map(() => 1))]);
  }
  return builder.op('Expand', [one, builder.op('Shape', [loss])]);
}
