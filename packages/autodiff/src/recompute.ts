import { GuidedDropoutError } from '@guided-dropout/core';
import { GraphBuilder, int, type Graph, type Node } from '@guided-dropout/onnx';

/** A value between two blocks of the forward pass, and the gradient of the loss by it. */
export interface Checkpoint {
  readonly value: string;
  readonly gradient: string;
}

/** Operators that give something else when they run again. */
const random: ReadonlySet<string> = new Set(
  'Bernoulli Dropout Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike'.split(' '),
);

/**
 * Activation checkpointing (Chen et al., 2016, "Training Deep Nets with Sublinear Memory Cost"): of the forward pass only
 * the checkpoints are kept; when the backward pass comes to a block, the block's values are computed again from the
 * checkpoint before it. The results are the same bits; the price is a second forward pass of all blocks but the last.
 *
 * Random values and what does not depend on a parameter are kept, as are values that another block reads.
 *
 * @param graph the forward pass with its gradients.
 * @param forward the forward pass alone, whose nodes `graph` has under the same names.
 * @param checkpoints in the order in which they are computed.
 * @param isActive whether a value of the forward pass depends on a parameter.
 * @throws GuidedDropoutError `AUTODIFF_CHECKPOINT` for a value that no node of the forward pass computes.
 */
export function recomputeBlocks(
  graph: Graph,
  forward: Graph,
  checkpoints: readonly Checkpoint[],
  isActive: (value: string) => boolean,
): Graph {
  const blocks = new Blocks(graph, forward, checkpoints);
  const builder = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  const again = new Map<string, string>();

  /** A value of the forward pass as the backward pass reads it: computed again unless it is kept. */
  const recomputed = (value: string): string => {
    if (value === '' || !isActive(value)) return value;
    const block = blocks.of(value);
    if (block === undefined || block === checkpoints.length) return value;
    if (blocks.isKept(value)) return value;
    const known = again.get(value);
    if (known !== undefined) return known;
    const node = blocks.producer(value)!;
    if (random.has(node.opType)) return value;
    const inputs = node.inputs.map((input) =>
      blocks.of(input) === block && !blocks.isKept(input) ? recomputed(input) : delayed(input, block),
    );
    const outputs = node.outputs.map((output) => (output === '' ? '' : `${output}/again`));
    builder.append({ ...node, name: `${node.name}/again`, inputs, outputs });
    node.outputs.forEach((output, i) => again.set(output, outputs[i]!));
    return again.get(value)!;
  };

  /**
   * A kept value, tied to the gradient that the backward pass of the block begins with: an empty piece of the gradient's
   * shape joins the value's. Without it ONNX Runtime would find each node twice and run it once, or run it too early.
   */
  const delayed = (value: string, block: number): string => {
    if (value === '' || !isActive(value) || blocks.of(value) === undefined) return value;
    const key = `${value}/delayed ${block}`;
    const known = again.get(key);
    if (known !== undefined) return known;
    const name = builder.scope('recompute', () => {
      const nothing = builder.op('Shape', [checkpoints[block]!.gradient], { start: int(0), end: int(0) });
      const shape = builder.op('Concat', [builder.op('Shape', [value]), nothing], { axis: int(0) });
      return builder.op('Reshape', [value, shape]);
    });
    again.set(key, name);
    return name;
  };

  for (const node of graph.nodes) {
    const inForward = blocks.has(node);
    builder.append(inForward ? node : { ...node, inputs: node.inputs.map((input) => recomputed(input)) });
  }
  for (const output of graph.outputs) builder.declareOutput(output);
  return builder.build();
}

/** The forward pass in blocks: block i ends with checkpoint i, the last one with the loss. */
class Blocks {
  readonly #nodes = new Set<string>();
  readonly #producers = new Map<string, Node>();
  readonly #blocks = new Map<string, number>();
  readonly #kept: Set<string>;

  constructor(graph: Graph, forward: Graph, checkpoints: readonly Checkpoint[]) {
    this.#kept = new Set(checkpoints.map(({ value }) => value));
    for (const { name } of forward.nodes) this.#nodes.add(name);
    let block = 0;
    for (const node of graph.nodes) {
      if (!this.has(node)) continue;
      for (const value of node.outputs) {
        this.#producers.set(value, node);
        this.#blocks.set(value, block);
      }
      for (const value of node.inputs) {
        const from = this.#blocks.get(value);
        if (from !== undefined && from !== block) this.#kept.add(value);
      }
      if (node.outputs.includes(checkpoints[block]?.value ?? '\0')) block++;
    }
    if (block < checkpoints.length) throw notBetweenBlocks(checkpoints[block]!.value);
  }

  has(node: Node): boolean {
    return this.#nodes.has(node.name);
  }

  /** The block that computes a value; undefined for inputs, initializers and values of the backward pass. */
  of(value: string): number | undefined {
    return this.#blocks.get(value);
  }

  producer(value: string): Node | undefined {
    return this.#producers.get(value);
  }

  isKept(value: string): boolean {
    return this.#kept.has(value);
  }
}

function notBetweenBlocks(value: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_CHECKPOINT', {
    where: `checkpoint '${value}'`,
    expected: 'a value that a node of the forward pass computes, after those of the checkpoints before it',
    received: 'none of that name there',
    fix: 'Name the outputs of blocks in the order in which the graph computes them.',
  });
}
