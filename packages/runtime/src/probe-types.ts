import { GuidedDropoutError } from '@guided-dropout/core';
import {
  GraphBuilder,
  initializersToInputs,
  readInts,
  zeros,
  type DataType,
  type Dimension,
  type Graph,
  type Tensor,
  type ValueInfo,
  type ValueType,
  type ValueTypes,
} from '@guided-dropout/onnx';
import { Session } from './session.js';

/**
 * Sizes that a named dimension takes in the two probing runs. A pair of sizes identifies its name: differences and
 * ratios of the pairs are all different, so that no dimension shifted or multiplied by a constant looks like another.
 */
const PROBE_SIZES: readonly (readonly [number, number])[] = [
  [2, 3],
  [5, 7],
  [8, 11],
  [13, 17],
  [19, 24],
  [23, 29],
];

/** Initializers above this many elements are handed over at run time, not copied into the probing model. */
const LARGE_INITIALIZER = 1024;

/**
 * What integer inputs are filled with in the two runs, in turn until the graph runs. Different numbers show sizes that
 * depend on them; some graphs have but one type of token, others look for a token that is not 0.
 */
const FILLINGS = [
  [0, 1],
  [0, 0],
  [1, 1],
] as const;

/**
 * Finds the type of every value of a graph by running it twice, with different sizes for its named dimensions.
 *
 * Integer inputs are fed zeros and ones (valid token ids, positions and labels of most graphs), floating inputs zeros:
 * values do not matter, shapes do. A dimension equal in both runs is reported as a number; one
 * that varied with an input's named dimension, or with the product of two, gets that name.
 *
 * @throws GuidedDropoutError `PROBE_INPUT` for an input of unknown type or rank, `PROBE_SYMBOLS` for too many named
 * dimensions, `PROBE_RANK` when a value changes its rank between runs, `RUNTIME_*` when it does not run.
 */
export async function probeTypes(graph: Graph): Promise<ValueTypes> {
  const types = new Map(graph.inputs.map((input): [string, ValueType] => [input.name, typed(input)]));
  const symbols = [...new Set(graph.inputs.flatMap(({ dims = [] }) => dims.filter((dim) => typeof dim === 'string')))];
  if (symbols.length > PROBE_SIZES.length) {
    throw new GuidedDropoutError('PROBE_SYMBOLS', {
      where: `graph '${graph.name}'`,
      expected: `at most ${PROBE_SIZES.length} named dimensions`,
      received: `${symbols.length} (${symbols.join(', ')})`,
      fix: 'Give dimensions that are equal the same name.',
    });
  }
  const sizes = new Map(symbols.map((symbol, i) => [symbol, PROBE_SIZES[i]!]));
  const plain = withoutWeightTransposes(graph);
  for (const [name, { dataType, dims }] of plain.initializers) types.set(name, { dataType, dims });
  const observed = plain.nodes.flatMap(({ outputs }) => outputs.filter((value) => value !== ''));
  if (observed.length === 0) return types;
  const probe = await probingRuns(plain, observed, sizes);
  const nameOf = dimensionNamer(sizes);
  for (const name of observed) {
    const dims = mergeRuns(name, probe.shapes[0].get(name)!, probe.shapes[1].get(name)!, nameOf);
    types.set(name, { dataType: probe.dataTypes.get(name)!, dims });
  }
  return types;
}

/** The sizes of every observed value in one run. */
type Shapes = ReadonlyMap<string, readonly number[]>;

/** Runs the graph at both sizes of every named dimension. */
async function probingRuns(
  graph: Graph,
  observed: readonly string[],
  sizes: ReadonlyMap<string, readonly [number, number]>,
): Promise<{ readonly dataTypes: ReadonlyMap<string, DataType>; readonly shapes: readonly [Shapes, Shapes] }> {
  const large = [...graph.initializers].filter(([, value]) => value.data.length > LARGE_INITIALIZER);
  const names = large.map(([name]) => name);
  // The values are outputs for their element types alone; only their shapes are asked for, which takes no memory.
  const builder = GraphBuilder.from({ ...graph, outputs: observed.map((name) => ({ name })) });
  const shapeNames = observed.map((name) => builder.op('Shape', [name]));
  for (const name of shapeNames) builder.declareOutput({ name });
  const lifted = initializersToInputs(builder.build(), names);
  const session = await Session.create(lifted.graph, { optimization: 'disabled' });
  const run = async (index: 0 | 1, filling: number): Promise<Shapes> => {
    const inputs = graph.inputs.map(
      (input) => [input.name, probeInput(input, (symbol) => sizes.get(symbol)![index], filling)] as const,
    );
    const shapes = await session.run(Object.fromEntries([...inputs, ...lifted.values]), shapeNames);
    return new Map(observed.map((name, i) => [name, Array.from(shapes[shapeNames[i]!]!.data, Number)]));
  };
  try {
    let failure: unknown;
    for (const filling of FILLINGS) {
      try {
        return { dataTypes: session.outputTypes, shapes: [await run(0, filling[0]), await run(1, filling[1])] };
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  } finally {
    await session.release();
  }
}

/**
 * The graph with initializers in place of the transposes of initializers, which would take most of the time: of the right
 * shape over the same memory. Their elements are in the wrong order, and that does not matter to types.
 */
function withoutWeightTransposes(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node) => {
    const value = graph.initializers.get(node.inputs[0] ?? '');
    if (node.opType !== 'Transpose' || node.domain !== '' || !value?.dataType.startsWith('float')) return true;
    const perm = readInts(node, 'perm') ?? value.dims.map((_, axis) => value.dims.length - 1 - axis);
    initializers.set(node.outputs[0]!, { ...value, dims: perm.map((axis) => value.dims[axis]!) });
    return false;
  });
  return { ...graph, nodes, initializers };
}

function typed(input: ValueInfo): ValueType {
  const { dataType, dims } = input;
  if (dataType !== undefined && dims !== undefined) return { dataType, dims };
  throw new GuidedDropoutError('PROBE_INPUT', {
    where: `graph input '${input.name}'`,
    expected: 'an element type and a shape',
    received: dataType === undefined ? 'no element type' : 'no shape',
    fix: 'Declare both; dimensions that vary may be named.',
  });
}

function probeInput(input: ValueInfo, sizeOf: (symbol: string) => number, filling: number): Tensor {
  const { dataType, dims } = typed(input);
  const value = zeros(
    dataType,
    dims.map((dim) => (typeof dim === 'number' ? dim : sizeOf(dim))),
  );
  if (value.data instanceof BigInt64Array) value.data.fill(BigInt(filling));
  else if (dataType.startsWith('int')) value.data.fill(filling as never);
  return value;
}

function mergeRuns(
  name: string,
  first: readonly number[],
  second: readonly number[],
  nameOf: (first: number, second: number) => Dimension,
): Dimension[] {
  if (first.length !== second.length) {
    throw new GuidedDropoutError('PROBE_RANK', {
      where: `value '${name}'`,
      expected: 'the same rank for every input size',
      received: `ranks ${first.length} and ${second.length}`,
      fix: 'Fix the rank in the graph; gradients need it.',
    });
  }
  return first.map((dim, i) => nameOf(dim, second[i]!));
}

function dimensionNamer(sizes: ReadonlyMap<string, readonly [number, number]>): (a: number, b: number) => Dimension {
  const names = new Map<string, string>();
  // In reverse, so that of a product's two names the one in the order of the inputs stays.
  for (const [left, l] of [...sizes].toReversed()) {
    for (const [right, r] of [...sizes].toReversed()) names.set(`${l[0] * r[0]},${l[1] * r[1]}`, `${left}*${right}`);
  }
  for (const [symbol, pair] of sizes) names.set(pair.join(), symbol);
  return (a, b) => (a === b ? a : (names.get(`${a},${b}`) ?? `?${a},${b}`));
}
