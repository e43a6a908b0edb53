import { GraphBuilder, ints, readInt, removeDead, type Graph, type Node, type Tensor } from '@guided-dropout/onnx';
import { GraphReaders } from './graph-readers.js';
import { transposedMatrix } from './matrices.js';
import { moduleOf } from './parameter-name.js';
import type { FoundParameter } from './recover-parameters.js';

/** Modules of queries, keys and values by the one that their attention's output goes through. */
const siblings: readonly (readonly [output: string, query: string, key: string, value: string])[] = [
  ['attention.output.dense', 'attention.self.query', 'attention.self.key', 'attention.self.value'],
  ['attention.dense', 'attention.query', 'attention.key', 'attention.value'],
  ['attention.out_lin', 'attention.q_lin', 'attention.k_lin', 'attention.v_lin'],
  ['self_attn.o_proj', 'self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  ['SelfAttention.o', 'SelfAttention.q', 'SelfAttention.k', 'SelfAttention.v'],
];

/** A product with the matrices of queries, keys and values side by side, and what takes it apart again. */
interface PackedProjection {
  readonly product: Node;
  readonly weight: Tensor;
  readonly sum: Node | undefined;
  readonly bias: Tensor | undefined;
  readonly split: Node;
  /** Their modules. */
  readonly modules: readonly string[];
}

/**
 * The graph with three linear layers wherever an optimiser has joined those of queries, keys and values (Attention of
 * com.microsoft, lowered): a product with a matrix `[in, 3 · size]` that nothing names, perhaps a bias, and a Split in
 * three. Their modules are the siblings of the one that attention's output goes through. A joint layer of the model's
 * own, as GPT-2's `c_attn`, has a name and stays.
 *
 * @param found the initializers whose names are known.
 */
export function withSeparateProjections(graph: Graph, found: ReadonlyMap<string, FoundParameter>): Graph {
  const readers = new GraphReaders(graph);
  const packed = new Map<Node, PackedProjection>();
  for (const product of graph.nodes) {
    const projection = packedProjection(graph, readers, found, product);
    if (projection !== undefined) packed.set(projection.split, projection);
  }
  if (packed.size === 0) return graph;
  const replaced = new Set([...packed.values()].flatMap(({ product, sum }) => [product, sum]));
  const builder = new GraphBuilder(graph.name);
  for (const info of graph.inputs) builder.declare(info);
  for (const [name, value] of graph.initializers) builder.initializer(name, value);
  for (const node of graph.nodes) {
    const projection = packed.get(node);
    if (projection !== undefined) emitSeparately(builder, projection);
    else if (!replaced.has(node)) builder.append(node);
  }
  for (const info of graph.outputs) builder.declareOutput(info);
  return removeDead(builder.build(), { keepInputs: true });
}

function packedProjection(
  graph: Graph,
  readers: GraphReaders,
  found: ReadonlyMap<string, FoundParameter>,
  product: Node,
): PackedProjection | undefined {
  const [, matrix = ''] = product.inputs;
  const weight = graph.initializers.get(matrix);
  if (product.opType !== 'MatMul' || weight?.dims.length !== 2 || found.has(matrix)) return undefined;
  const next = onlyReader(readers, product);
  const sum = next?.opType === 'Add' ? next : undefined;
  const bias = graph.initializers.get(sum?.inputs.find((input) => input !== product.outputs[0]) ?? '');
  const split = sum !== undefined && bias !== undefined ? onlyReader(readers, sum) : next;
  if (split?.opType !== 'Split' || split.outputs.length !== 3 || !isEven(graph, split, weight)) return undefined;
  const modules = modulesBeside(outputModule(graph, readers, found, split));
  return modules && { product, weight, sum, bias, split, modules };
}

function onlyReader(readers: GraphReaders, node: Node): Node | undefined {
  const [reading, another] = readers.of(node.outputs[0]!);
  return another === undefined ? reading?.node : undefined;
}

/** Whether it splits the last axis in three of one size. */
function isEven(graph: Graph, split: Node, { dims }: Tensor): boolean {
  const axis = readInt(split, 'axis', 0);
  const third = dims[1]! / 3;
  const sizes = split.inputs[1] ? graph.initializers.get(split.inputs[1]) : undefined;
  const areEqual = split.inputs[1] ? sizes?.data.every((size: number | bigint) => Number(size) === third) : true;
  return (axis === -1 || axis === 2) && Number.isInteger(third) && (areEqual ?? false);
}

/** The module of the first linear layer behind the values. */
function outputModule(
  graph: Graph,
  readers: GraphReaders,
  found: ReadonlyMap<string, FoundParameter>,
  split: Node,
): string | undefined {
  const behind = new Set(split.outputs);
  for (const node of graph.nodes.slice(graph.nodes.indexOf(split) + 1)) {
    if (!node.inputs.some((input) => behind.has(input))) continue;
    if (node.opType === 'MatMul' || node.opType === 'Gemm') {
      const [, matrix = ''] = node.inputs;
      const transpose = readers.producer(matrix);
      const parameter = found.get(transpose?.opType === 'Transpose' ? transpose.inputs[0]! : matrix);
      if (parameter !== undefined) return moduleOf(parameter.name);
    }
    node.outputs.forEach((output) => behind.add(output));
  }
  return undefined;
}

function modulesBeside(output: string | undefined): readonly string[] | undefined {
  for (const [own, ...others] of siblings) {
    if (output?.endsWith(`.${own}`)) return others.map((other) => `${output.slice(0, -own.length)}${other}`);
  }
  return undefined;
}

function emitSeparately(builder: GraphBuilder, { product, weight, bias, split, modules }: PackedProjection): void {
  const together = transposedMatrix(weight);
  const [size, inSize] = [together.dims[0]! / 3, together.dims[1]!];
  modules.forEach((module, third) => {
    const rows = together.data.slice(third * size * inSize, (third + 1) * size * inSize);
    const name = builder.initializer(`${module}.weight`, { dataType: 'float32', dims: [size, inSize], data: rows });
    const output = split.outputs[third]!;
    const emit = (opType: string, inputs: readonly string[], last: boolean): string => {
      const outputs = [last ? output : `${output}/${opType}:out`];
      builder.append({ name: `${output}/${opType}`, opType, domain: '', inputs, outputs, attributes: {} });
      return outputs[0]!;
    };
    const transposed = builder.op('Transpose', [name], { perm: ints([1, 0]) });
    const projected = emit('MatMul', [product.inputs[0]!, transposed], bias === undefined);
    if (bias === undefined) return;
    const part = bias.data.slice(third * size, (third + 1) * size) as Float32Array;
    const own = builder.initializer(`${module}.bias`, { dataType: 'float32', dims: [size], data: part });
    emit('Add', [projected, own], true);
  });
}
