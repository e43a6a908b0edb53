import type { GuidedDropoutError } from '@guided-dropout/core';
import { readInt } from '../attributes.js';
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { DataType, Tensor } from '../tensor.js';
import type { KnownType } from './known-type.js';
import type { LoweringProblem } from './lowering-error.js';

/** What a lowering sees of the node it replaces. */
export interface LoweringContext {
  /** The node; its inputs are names in the builder. */
  readonly node: Node;
  /** The version in which the model has the node's domain. */
  readonly opset: number;
  /** Where the lowering writes; everything the node reads is already there. */
  readonly builder: GraphBuilder;
  /** The name of input `index`, undefined when it is omitted. */
  input(index: number): string | undefined;
  /** Whether output `index` has a name. */
  wants(index: number): boolean;
  /** The value where it is known before the graph runs: an initializer, or a constant folded into one. */
  constant(value: string): Tensor | undefined;
  /** What is known of a value's type without running the graph. */
  type(value: string): KnownType;
  /** A scalar constant of the floating type of `like`; float32 where that type is not known. */
  number(value: number, like: string): string;
  /** The floating type of a value, float32 where it is not known; throws `ONNX_LOWERING` for half floats. */
  floatType(value: string): DataType;
  /** Appends the node itself, changed as told, and returns its outputs. */
  keep(changes?: Partial<Pick<Node, 'inputs' | 'attributes'>>): readonly string[];
  /** The error that names this node; for the caller to throw. */
  refuse(problem: LoweringProblem): GuidedDropoutError;
}

/**
 * Writes the equal of a node in standard operators of `EMITTED_OPSET` and returns the values that take the place of
 * its outputs, in their order; `''` or nothing for outputs that the node omits. Nodes and constants it adds are named
 * after the node, its results get the names of the node's outputs.
 */
export type Lowering = (context: LoweringContext) => readonly string[];

/** Lowerings by operator: `OpType` of ai.onnx, `domain.OpType` of any other domain. */
export type Lowerings = ReadonlyMap<string, Lowering>;

/** The key of a node in {@link Lowerings}. */
export function loweringKey(node: Node): string {
  return node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
}

/** The name of an input that the operator cannot do without. */
export function requiredInput(context: LoweringContext, index: number): string {
  const name = context.input(index);
  if (name !== undefined) return name;
  throw context.refuse({
    expected: `an input ${index}`,
    received: `${context.node.inputs.length} inputs, that one omitted`,
    fix: 'Check the program that wrote the model.',
  });
}

/** A count the operator needs as an attribute, e.g. of heads. */
export function requiredCount(context: LoweringContext, attribute: string): number {
  const count = readInt(context.node, attribute, 0);
  if (count > 0) return count;
  throw context.refuse({
    expected: `a positive attribute '${attribute}'`,
    received: context.node.attributes[attribute] === undefined ? 'none' : `${count}`,
    fix: 'Check the program that wrote the model.',
  });
}

/** Throws when the node has any of the named outputs, which the lowering does not compute. */
export function refuseOutputs(context: LoweringContext, outputs: ReadonlyMap<number, string>): void {
  for (const [index, name] of outputs) {
    if (!context.wants(index)) continue;
    throw context.refuse({
      expected: `no output '${name}'`,
      received: `output ${index}, '${context.node.outputs[index] ?? ''}'`,
      fix: 'Export the model without that output, or pass a lowering for the operator in options.lowerings.',
    });
  }
}
