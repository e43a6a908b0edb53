import { Random } from '@guided-dropout/core';
import { elementCount, float32, GraphBuilder, int, type ValueType } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import type { Differentiable } from '../gradient-reference.js';

/** Makes a value of a shape, filled with normal draws. */
export type Draw = (...dims: number[]) => string;

/** Writes a computation on parameters, and constants, and returns the value to be summed into a loss. */
export type RuleCase = (builder: GraphBuilder, parameter: Draw, constant: Draw) => string;

/** Computations that exercise a rule, by what is particular to each. */
export type RuleCases = Readonly<Record<string, RuleCase>>;

/**
 * A graph whose `loss` is a weighted sum of what a case computes: random weights, so that it matters which element of a
 * gradient goes where.
 */
export async function lossOf(emit: RuleCase): Promise<Differentiable> {
  const random = new Random(11);
  const builder = new GraphBuilder('case');
  const parameters: string[] = [];
  const normal = (dims: readonly number[]) =>
    float32(
      dims,
      Array.from({ length: elementCount(dims) }, () => random.normal()),
    );
  const value = emit(
    builder,
    (...dims) => {
      parameters.push(builder.initializer(`parameter${parameters.length}`, normal(dims)));
      return parameters.at(-1)!;
    },
    (...dims) => builder.constant(normal(dims)),
  );
  const types = new Map(await probeTypes({ ...builder.build(), outputs: [{ name: value }] }));
  const { dims } = types.get(value)!;
  const weights = normal(dims.map(Number));
  const weighted = builder.op('Mul', [value, builder.constant(weights)]);
  builder.output(builder.op('ReduceSum', [weighted], { keepdims: int(0) }), 'float32', [], 'loss');
  const graph = builder.build();
  const added: ValueType = { dataType: 'float32', dims };
  for (const [name, initializer] of graph.initializers) types.set(name, initializer);
  types.set(weighted, added);
  for (const { outputs } of graph.nodes.slice(-2)) types.set(outputs[0]!, { dataType: 'float32', dims: [] });
  return { graph, parameters, types };
}

/** An operator of one input, alone; `before` brings the draws where the operator is defined. */
export function unary(opType: string, before: (b: GraphBuilder, value: string) => string = (_b, x) => x): RuleCases {
  return {
    'of a matrix': (b, p) => b.op(opType, [before(b, p(2, 3))]),
    'of a scalar': (b, p) => b.op(opType, [before(b, p())]),
  };
}

/** Brings draws into (0, ∞). */
export const positive = (b: GraphBuilder, value: string): string => b.op('Exp', [value]);

/** Brings draws into (−1, 1). */
export const withinOne = (b: GraphBuilder, value: string): string => b.op('Tanh', [value]);

/** Brings draws into [1, ∞). */
export const atLeastOne = (b: GraphBuilder, value: string): string =>
  b.op('Add', [b.op('Mul', [value, value]), b.number(1, 'float32')]);
