import { Random } from '@guided-dropout/core';
import {
  GraphBuilder,
  initializersToInputs,
  removeDead,
  type Dimension,
  type Graph,
  type Tensor,
  type ValueTypes,
} from '@guided-dropout/onnx';
import { Session, type Feeds } from '@guided-dropout/runtime';
import { differentiate, type GradientRules } from '../src/index.js';
import { asFloat64, tensorAsFloat64 } from './as-float64.js';
import { float64Decompositions } from './float64-kernels.js';

/** A float32 graph with a scalar output `loss`, and what its initializers `parameters` are called. */
export interface Differentiable {
  readonly graph: Graph;
  readonly parameters: readonly string[];
  readonly types: ValueTypes;
  readonly feeds?: Feeds;
}

/** Derivatives by some elements of a parameter of shape `dims`. */
interface PartialDerivatives {
  readonly dims: readonly number[];
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** The central differences of a graph's loss, by parameter. */
export type NumericGradients = ReadonlyMap<string, PartialDerivatives>;

/**
 * The step of the central differences. Their own error is about h²·f‴ + 1e-16·f/h ≈ 1e-10, so 1e-6 relative to the
 * largest gradient of the tensor is far above noise and far below any wrong term.
 */
const STEP = 1e-5;
const TOLERANCE = 1e-6;

/** Central differences in float64 of the loss, by at most `maxElements` elements of every parameter. */
export async function numericGradients(
  { graph, parameters, feeds = {} }: Differentiable,
  maxElements = Infinity,
): Promise<NumericGradients> {
  const lifted = initializersToInputs(asFloat64(graph), parameters);
  const create = (): Promise<Session> => Session.create(lifted.graph);
  // The generator of a Dropout goes on from run to run; a new session draws the same mask again.
  const isRandom = graph.nodes.some((node) => node.opType === 'Dropout');
  let session = await create();
  const lossAt = async (changed: Feeds): Promise<number> => {
    const outputs = await session.run({ ...floats64(feeds), ...Object.fromEntries(lifted.values), ...changed });
    if (isRandom) {
      await session.release();
      session = await create();
    }
    return Number(outputs['loss']!.data[0]);
  };
  const random = new Random(7);
  const gradients = new Map<string, PartialDerivatives>();
  for (const [parameter, value] of lifted.values) {
    const all = Array.from({ length: value.data.length }, (_, i) => i);
    const indices = random.shuffle(all).slice(0, maxElements);
    const values: number[] = [];
    for (const i of indices) {
      const shifted = async (by: number): Promise<number> => {
        const data = Float64Array.from(value.data as Float64Array);
        data[i]! += by;
        return lossAt({ [parameter]: { dataType: 'float64', dims: value.dims, data } });
      };
      values.push(((await shifted(STEP)) - (await shifted(-STEP))) / (2 * STEP));
    }
    gradients.set(parameter, { dims: value.dims, indices, values });
  }
  await session.release();
  return gradients;
}

/** The gradients as autodiff writes them from the float32 graph, computed in float64. */
export async function writtenGradients(
  { graph, parameters, types, feeds = {} }: Differentiable,
  rules?: GradientRules,
): Promise<ReadonlyMap<string, Tensor>> {
  return run(asFloat64(gradientGraph(graph, parameters, types, rules)), parameters, floats64(feeds));
}

/**
 * As {@link writtenGradients}, written for a float64 graph of which no size is known, as if every axis varied from run
 * to run. Sizes of 1 stay: whether a value is broadcast is a property of the graph.
 */
export async function writtenGradientsOfUnknownSizes(
  { graph, parameters, types, feeds = {} }: Differentiable,
  rules?: GradientRules,
): Promise<ReadonlyMap<string, Tensor>> {
  const unknown = (dim: Dimension): Dimension => (typeof dim === 'number' && dim > 1 ? `size${dim}` : dim);
  const unknownTypes: ValueTypes = new Map(
    [...types].map(([name, { dataType, dims }]) =>
      dataType === 'float32' ? [name, { dataType: 'float64', dims: dims.map(unknown) }] : [name, { dataType, dims }],
    ),
  );
  const wide = { ...asFloat64({ ...graph, nodes: [], outputs: [] }), nodes: graph.nodes };
  const written = asFloat64(gradientGraph(wide, parameters, unknownTypes, rules), withoutKernels);
  return run(written, parameters, floats64(feeds));
}

/** Where written gradients and central differences disagree; undefined where they agree. */
export function disagreement(written: ReadonlyMap<string, Tensor>, numeric: NumericGradients): string | undefined {
  for (const [parameter, { dims, indices, values }] of numeric) {
    const gradient = written.get(parameter)!;
    if (gradient.dims.join() !== dims.join()) return `gradient of ${parameter} [${dims}]: shape [${gradient.dims}]`;
    const data = Array.from(gradient.data, Number);
    const scale = Math.max(1e-3, ...data.map(Math.abs));
    const worst = indices.findIndex((index, i) => !(Math.abs(data[index]! - values[i]!) / scale < TOLERANCE));
    if (worst < 0) continue;
    return `gradient of ${parameter}[${indices[worst]}]: ${data[indices[worst]!]} against ${values[worst]}`;
  }
  return undefined;
}

function gradientGraph(
  graph: Graph,
  parameters: readonly string[],
  types: ValueTypes,
  rules: GradientRules | undefined,
): Graph {
  const builder = GraphBuilder.from({ ...graph, outputs: [] });
  const gradients = differentiate(builder, { loss: 'loss', parameters, types, ...(rules && { rules }) });
  for (const parameter of parameters) {
    builder.output(gradients.summed(parameter), types.get(parameter)!.dataType, undefined, gradientName(parameter));
  }
  return removeDead(builder.build());
}

async function run(graph: Graph, parameters: readonly string[], feeds: Feeds): Promise<ReadonlyMap<string, Tensor>> {
  const session = await Session.create(graph);
  try {
    const wanted = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const outputs = await session.run(Object.fromEntries(wanted));
    return new Map(parameters.map((parameter) => [parameter, outputs[gradientName(parameter)]!]));
  } finally {
    await session.release();
  }
}

/** Statistics of a graph written for float64 are as the kernel gives them. */
const withoutKernels = new Map([...float64Decompositions].filter(([opType]) => opType !== 'LayerNormalization'));

const gradientName = (parameter: string): string => `grad:${parameter}`;

function floats64(feeds: Feeds): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensorAsFloat64(value)]));
}
