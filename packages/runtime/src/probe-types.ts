import { GuidedDropoutError } from '@guided-dropout/core';
import {
  initializersToInputs,
  zeros,
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
 * Finds the type of every value of a graph by running it twice, with different sizes for its named dimensions.
 *
 * Integer inputs are fed zeros (valid token ids, positions and labels), floating inputs zeros too: values do not
 * matter, shapes do. A dimension equal in both runs is reported as a number; one that varied with an input's named
 * dimension, or with the product of two, gets that name.
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
  const large = [...graph.initializers].filter(([, value]) => value.data.length > LARGE_INITIALIZER);
  const lifted = initializersToInputs(
    graph,
    large.map(([name]) => name),
  );
  const observed = graph.nodes.flatMap((node) => node.outputs.filter((value) => value !== ''));
  const everything: Graph = { ...lifted.graph, outputs: observed.map((name) => ({ name })) };
  const session = await Session.create(everything, { optimization: 'disabled' });
  try {
    const runs: Record<string, Tensor>[] = [];
    for (const run of [0, 1] as const) {
      const feeds = Object.fromEntries([
        ...graph.inputs.map((input) => [input.name, probeInput(input, (symbol) => sizes.get(symbol)![run])] as const),
        ...lifted.values,
      ]);
      runs.push(await session.run(feeds));
    }
    const nameOf = dimensionNamer(sizes);
    for (const [name, { dataType, dims }] of graph.initializers) types.set(name, { dataType, dims });
    for (const name of observed) types.set(name, mergeRuns(name, runs[0]![name]!, runs[1]![name]!, nameOf));
    return types;
  } finally {
    await session.release();
  }
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

function probeInput(input: ValueInfo, sizeOf: (symbol: string) => number): Tensor {
  const { dataType, dims } = typed(input);
  return zeros(
    dataType,
    dims.map((dim) => (typeof dim === 'number' ? dim : sizeOf(dim))),
  );
}

function mergeRuns(
  name: string,
  first: Tensor,
  second: Tensor,
  nameOf: (first: number, second: number) => Dimension,
): ValueType {
  if (first.dims.length !== second.dims.length) {
    throw new GuidedDropoutError('PROBE_RANK', {
      where: `value '${name}'`,
      expected: 'the same rank for every input size',
      received: `ranks ${first.dims.length} and ${second.dims.length}`,
      fix: 'Fix the rank in the graph; gradients need it.',
    });
  }
  return { dataType: first.dataType, dims: first.dims.map((dim, i) => nameOf(dim, second.dims[i]!)) };
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
