import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { Tensor } from '../tensor.js';
import type { KnownType } from './known-type.js';
import { loweringError } from './lowering-error.js';
import type { LoweringContext } from './lowering.js';

/** What a context is made over: the graph being written. */
export interface LoweringHost {
  readonly builder: GraphBuilder;
  type(value: string): KnownType;
  constant(value: string): Tensor | undefined;
  keep(node: Node): readonly string[];
}

/** The context of one node, whose inputs are names in the host's builder. */
export function contextOf(node: Node, opset: number, host: LoweringHost): LoweringContext {
  const context: LoweringContext = {
    node,
    opset,
    builder: host.builder,
    input: (index) => node.inputs[index] || undefined,
    wants: (index) => (node.outputs[index] ?? '') !== '',
    constant: (value) => host.constant(value),
    type: (value) => host.type(value),
    number: (value, like) => host.builder.number(value, context.floatType(like)),
    floatType: (value) => {
      const dataType = host.type(value).dataType ?? 'float32';
      if (dataType === 'float32' || dataType === 'float64') return dataType;
      throw context.refuse({
        expected: `'${value}' to be float32 or float64`,
        received: dataType,
        fix: 'Export the model in float32.',
      });
    },
    keep: (changes) => host.keep({ ...node, ...changes }),
    refuse: (problem) => loweringError(node, opset, problem),
  };
  return context;
}
