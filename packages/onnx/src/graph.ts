import type { DataType, Tensor } from './tensor.js';

/** One dimension: a known size, or the name of one that varies from run to run (`batch`). */
export type Dimension = number | string;

/**
 * A named value that enters or leaves a graph. `dataType` is undefined where it is left to inference (outputs, and
 * values of subgraphs), `dims` where not even the rank is known.
 */
export interface ValueInfo {
  readonly name: string;
  readonly dataType?: DataType;
  readonly dims?: readonly Dimension[];
}

/** An attribute of a node, tagged with its ONNX type. Integers are safe integers or bigints beyond them. */
export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number | bigint }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly type: 'strings'; readonly value: readonly string[] };

/** One operator application. An empty name in `inputs` or `outputs` is an omitted optional one. */
export interface Node {
  readonly name: string;
  readonly opType: string;
  /** `''` is the standard domain, ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/**
 * A computation in single-assignment form: every value has one producer (an input, an initializer or a node's
 * output), and nodes stand in an order in which producers come before their readers.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly Node[];
  /** Values known before the graph runs: weights and constants, by name. */
  readonly initializers: ReadonlyMap<string, Tensor>;
}

/** A graph with what a file needs beside it. */
export interface Model {
  readonly graph: Graph;
  /** Operator set version per domain; `''` is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly irVersion: number;
  readonly producer: string;
  /** Free key–value pairs (`metadata_props`). */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The operator set that this project emits; execution providers register kernels for exact versions. */
export const EMITTED_OPSET = 18;

/** The IR version that goes with {@link EMITTED_OPSET}. */
export const EMITTED_IR_VERSION = 9;

/** Wraps a graph of standard operators as a model at the opset this project emits. */
export function modelOf(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Model {
  return {
    graph,
    opsets: new Map([['', EMITTED_OPSET]]),
    irVersion: EMITTED_IR_VERSION,
    producer: 'guided-dropout',
    metadata,
  };
}
