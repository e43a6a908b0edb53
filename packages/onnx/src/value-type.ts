import type { Dimension } from './graph.js';
import type { DataType } from './tensor.js';

/**
 * The type of a value as observed by running the graph: a dimension is a number where it is the same in every run,
 * else a name; equal names are dimensions that varied together (`batch`).
 */
export interface ValueType {
  readonly dataType: DataType;
  readonly dims: readonly Dimension[];
}

/** The observed type of every value of a graph, by name. */
export type ValueTypes = ReadonlyMap<string, ValueType>;
