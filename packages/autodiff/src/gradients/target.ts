import type { GraphBuilder, ValueType } from '@guided-dropout/onnx';
import type { ExampleAxis } from './example-axis.js';

/** The value a gradient belongs to, where the gradient is written, and what is known of the forward graph. */
export interface GradientTarget {
  readonly builder: GraphBuilder;
  readonly name: string;
  readonly type: ValueType;
  /** The observed type of a value of the forward graph. */
  readonly typeOf: (value: string) => ValueType;
  readonly examples: ExampleAxis;
}
