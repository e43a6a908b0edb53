import type { GraphBuilder, Node, ValueType } from '@guided-dropout/onnx';
import type { Contribution } from './contribution.js';

/** What a gradient rule sees of the node it differentiates. */
export interface RuleContext {
  /** The node of the forward graph. */
  readonly node: Node;
  /** Where the rule writes its nodes; everything of the forward graph is already there. */
  readonly builder: GraphBuilder;
  /** The observed type of a value of the forward graph. */
  type(value: string): ValueType;
  /** The gradient of the loss by the node's output `index`, in the output's shape; undefined if the loss ignores it. */
  outputGradient(index: number): string | undefined;
  /** The value of a scalar constant, shape []: an initializer that no gradient is wanted by; undefined for others. */
  scalar(value: string): number | undefined;
  /** Whether the gradient by the node's input `index` is wanted. */
  needs(index: number): boolean;
  /** Reports a share of the gradient by the node's input `index`. */
  contribute(index: number, contribution: Contribution): void;
}

/**
 * Writes the gradient of one operator: for every input that {@link RuleContext.needs} one, contributes
 * ∂loss/∂input given ∂loss/∂output.
 */
export type GradientRule = (context: RuleContext) => void;

/** Rules by operator: `OpType` of ai.onnx, `domain.OpType` of any other domain. */
export type GradientRules = ReadonlyMap<string, GradientRule>;

/** The key of a node in {@link GradientRules}. */
export function ruleKey(node: Node): string {
  return node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}.${node.opType}`;
}

/** The gradient of the loss by the node's first output, which a rule is only called with. */
export function firstOutputGradient(context: RuleContext): string {
  const gradient = context.outputGradient(0);
  if (gradient === undefined) throw new RangeError(`${context.node.name}: no gradient reaches the first output.`);
  return gradient;
}
