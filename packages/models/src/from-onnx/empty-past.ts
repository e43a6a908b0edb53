import {
  GraphBuilder,
  int,
  int64,
  readInt,
  readInts,
  type Dimension,
  type Graph,
  type Node,
  type Tensor,
  type ValueInfo,
} from '@guided-dropout/onnx';
import type { GuidedDropoutError } from '@guided-dropout/core';
import { readBySubgraphs } from './graph-readers.js';
import { importError } from './import-error.js';

/** The batch size, whatever it is in a run. */
const BATCH = 'batch';

/** The shape of a value without elements: its sizes, one of them 0. */
type EmptyShape = readonly (number | typeof BATCH)[];

/**
 * The graph as it computes with a past of no tokens: a Concat with an empty value is its other operand, and the shape
 * of an empty value is known.
 *
 * @param past inputs with one dimension that varies beside the batch size; this is the past length, and taken as 0.
 * @throws GuidedDropoutError `IMPORT_CACHE` where a past has no such dimension, or is used otherwise.
 */
export function withEmptyPast(graph: Graph, past: readonly ValueInfo[], where: string): Graph {
  return new EmptyPast(graph, past, where).run();
}

class EmptyPast {
  readonly #builder: GraphBuilder;
  readonly #empty = new Map<string, EmptyShape>();
  /** Values that another one stands for. */
  readonly #same = new Map<string, string>();
  readonly #tokens: ValueInfo | undefined;

  constructor(
    readonly graph: Graph,
    readonly past: readonly ValueInfo[],
    readonly where: string,
  ) {
    this.#builder = new GraphBuilder(graph.name);
    this.#tokens = graph.inputs.find(({ dataType, dims }) => dataType === 'int64' && dims?.length === 2);
    for (const input of past) this.#empty.set(input.name, this.#shapeOf(input));
  }

  run(): Graph {
    const { inputs, initializers, nodes, outputs } = this.graph;
    for (const info of inputs) if (!this.#empty.has(info.name)) this.#builder.declare(info);
    for (const [name, value] of initializers) this.#builder.initializer(name, value);
    for (const node of nodes) this.#write(node);
    for (const info of outputs) this.#writeOutput(info);
    return this.#builder.build();
  }

  #shapeOf({ name, dims }: ValueInfo): EmptyShape {
    const batch = this.#tokens?.dims?.[0];
    const shape = dims?.map((dim: Dimension) => (typeof dim === 'number' ? dim : dim === batch ? BATCH : 0));
    if (shape?.filter((dim) => dim === 0).length === 1) return shape;
    const received = dims === undefined ? 'no shape' : `[${dims.join(', ')}]`;
    throw this.#error(
      `input '${name}'`,
      `one dimension beside the batch size '${batch}' to vary, the past length`,
      received,
    );
  }

  #write(original: Node): void {
    const outer = readBySubgraphs(original).find((value) => this.#empty.has(value) || this.#same.has(value));
    if (outer !== undefined) throw this.#misused(original, outer);
    const node = { ...original, inputs: original.inputs.map((value) => this.#same.get(value) ?? value) };
    const empty = node.inputs.filter((value) => this.#empty.has(value));
    if (empty.length === 0) this.#builder.append(node);
    else if (node.opType === 'Concat') this.#concat(node);
    else if (node.opType === 'Shape') this.#shape(node);
    else this.#move(node, empty[0]!);
  }

  /** Operands without elements along the joined axis add nothing. */
  #concat(node: Node): void {
    const axis = readInt(node, 'axis', 0);
    const rest = node.inputs.filter((value) => !this.#empty.has(value));
    for (const value of node.inputs) {
      const shape = this.#empty.get(value);
      if (shape !== undefined && shape.at(axis) !== 0) throw this.#misused(node, value);
    }
    if (rest.length === 0) this.#empty.set(node.outputs[0]!, this.#empty.get(node.inputs[0]!)!);
    else if (rest.length === 1) this.#same.set(node.outputs[0]!, rest[0]!);
    else this.#builder.append({ ...node, inputs: rest });
  }

  /** A shape is a constant but for the batch size, which that of the tokens tells. */
  #shape(node: Node): void {
    const whole = this.#empty.get(node.inputs[0]!)!;
    const shape = whole.slice(readInt(node, 'start', 0), readInt(node, 'end', whole.length));
    const constant = shape.every((dim) => typeof dim === 'number');
    if (constant) {
      this.#builder.initializer(node.outputs[0]!, int64([shape.length], shape as readonly number[]));
      return;
    }
    const parts = this.#builder.scope(node.name, () =>
      shape.map((dim) =>
        typeof dim === 'number'
          ? this.#builder.integers([dim])
          : this.#builder.op('Shape', [this.#tokens!.name], { start: int(0), end: int(1) }),
      ),
    );
    this.#builder.append({ ...node, opType: 'Concat', inputs: parts, attributes: { axis: int(0) } });
  }

  /** What only moves axes of a past (two packed in one, keys stored transposed) leaves it empty. */
  #move(node: Node, value: string): void {
    const shape = this.#empty.get(value)!;
    const moved = value === node.inputs[0] ? this.#movedShapes(node, shape) : undefined;
    if (moved?.every((part) => part.includes(0)) !== true) throw this.#misused(node, value);
    node.outputs.forEach((output, index) => this.#empty.set(output, moved[index]!));
  }

  #movedShapes(node: Node, shape: EmptyShape): readonly EmptyShape[] | undefined {
    const constant = (index: number): Tensor | undefined => this.graph.initializers.get(node.inputs[index] ?? '');
    const numbers = (value: Tensor | undefined): readonly number[] | undefined =>
      value && Array.from(value.data as ArrayLike<number | bigint>, Number);
    const axes = numbers(constant(1));
    switch (node.opType) {
      case 'Identity':
      case 'Cast':
        return [shape];
      case 'Transpose': {
        const perm = readInts(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
        return [perm.map((axis) => shape[axis]!)];
      }
      case 'Gather':
        // A scalar index takes its axis away.
        return constant(1)?.dims.length === 0 ? [without(shape, [readInt(node, 'axis', 0)])] : undefined;
      case 'Squeeze':
        return axes && [without(shape, axes)];
      case 'Split': {
        const at = (readInt(node, 'axis', 0) + shape.length) % shape.length;
        const parts = numbers(constant(1)) ?? node.outputs.map(() => Number(shape[at]) / node.outputs.length);
        return shape[at] === 0 ? undefined : parts.map((size) => shape.map((dim, axis) => (axis === at ? size : dim)));
      }
      default:
        return undefined;
    }
  }

  #writeOutput(info: ValueInfo): void {
    const same = this.#same.get(info.name);
    if (this.#empty.has(info.name)) throw this.#error(`output '${info.name}'`, 'a value with elements', 'a past alone');
    if (same !== undefined) {
      const node = { name: `${info.name}/Identity`, opType: 'Identity', domain: '', attributes: {} };
      this.#builder.append({ ...node, inputs: [same], outputs: [info.name] });
    }
    this.#builder.declareOutput(info);
  }

  #misused(node: Node, value: string): GuidedDropoutError {
    const expected = `the past '${value}' to be joined with what this run computes, and nothing else`;
    return this.#error(`node '${node.name}'`, expected, `a past that ${node.opType} reads`);
  }

  #error(place: string, expected: string, received: string): GuidedDropoutError {
    const fix =
      'Export the model without a cache (Optimum: a task without -with-past; of a merged decoder, decoder_model.onnx).';
    return importError('IMPORT_CACHE', `${this.where}, ${place}`, expected, received, fix);
  }
}

function without(shape: EmptyShape, axes: readonly number[]): EmptyShape {
  const removed = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  return shape.filter((_, axis) => !removed.has(axis));
}
