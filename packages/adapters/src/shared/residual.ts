import { resultOf, type Linear } from './linear.js';
import { described, Mismatch } from './mismatch.js';
import type { ModelGraph } from './model-graph.js';
import type { Normalisation } from './normalisation.js';

const RESHAPE: ReadonlySet<string> = new Set(['Reshape']);

/**
 * The end of a residual branch: what a linear layer adds to the stream, whose sum is normalised next.
 *
 * @throws Mismatch where its result is read otherwise.
 */
export function postNormBranch(model: ModelGraph, layer: Linear, norm: Normalisation): string {
  const { branch, sum } = residualSum(model, resultOf(model, layer));
  if (sum === norm.input) return branch;
  throw new Mismatch(
    'linear layer → Add (residual) → normalisation',
    `another input of the normalisation: ${described(model.index.producer(norm.input))}`,
  );
}

/**
 * The end of a residual branch: what a linear layer adds to the stream that the branch began with by normalising it.
 *
 * @throws Mismatch where its result is read otherwise.
 */
export function preNormBranch(model: ModelGraph, layer: Linear, norm: Normalisation): string {
  const { branch, stream } = residualSum(model, resultOf(model, layer));
  if (stream === norm.input) return branch;
  throw new Mismatch(
    "linear layer → Add with the residual stream, the normalisation's input",
    `an Add with another value: ${described(model.index.producer(stream))}`,
  );
}

/** The Add in which a branch ends, as it is or in its rows' true shape. */
interface ResidualSum {
  /** Its side that is the branch. */
  readonly branch: string;
  readonly stream: string;
  readonly sum: string;
}

function residualSum({ index }: ModelGraph, result: string): ResidualSum {
  const readers = index.readersThrough(result, RESHAPE);
  const [add] = readers;
  if (readers.length !== 1 || add?.opType !== 'Add') {
    throw new Mismatch('linear layer → Add (residual)', described(...readers));
  }
  const isBranch = (input: string): boolean => index.producerThrough(input, RESHAPE) === index.producer(result);
  const branch = add.inputs.find(isBranch)!;
  const stream = add.inputs.find((input) => !isBranch(input));
  if (stream === undefined || index.graph.initializers.has(stream)) {
    throw new Mismatch('linear layer → Add (residual)', `an Add of ${stream ? `'${stream}'` : 'itself'}`);
  }
  return { branch, stream: index.source(stream), sum: add.outputs[0]! };
}
