import { Random } from '@guided-dropout/core';
import { float, float32, GraphBuilder, int, removeDead, tensor, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session, type Feeds } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate, type Gradients } from '../src/index.js';

const [BATCH, LENGTH, HIDDEN, NUM_BLOCKS] = [2, 3, 4, 4];

/** Residual blocks with noise, the last of which also reads the first one's inner value. */
function model(): { readonly builder: GraphBuilder; readonly parameters: string[]; readonly ends: string[] } {
  const random = new Random(5);
  const normal = (...dims: number[]): Tensor =>
    float32(
      dims,
      Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, () => random.normal()),
    );
  const b = new GraphBuilder('blocks');
  const parameters: string[] = [];
  const parameter = (name: string, ...dims: number[]): string => {
    parameters.push(name);
    return b.initializer(name, normal(...dims));
  };
  const training = b.constant(tensor('bool', [], Uint8Array.of(1)));
  let hidden = b.input('x', 'float32', ['batch', 'length', HIDDEN]);
  let firstInner = '';
  const ends: string[] = [];
  for (let block = 0; block < NUM_BLOCKS; block++) {
    const linear = b.op('MatMul', [hidden, parameter(`w${block}`, HIDDEN, HIDDEN)]);
    const inner = b.op('Tanh', [b.op('Add', [linear, parameter(`b${block}`, HIDDEN)])]);
    if (block === 0) firstInner = inner;
    const uniform = b.op('RandomUniformLike', [inner], { seed: float(block) });
    const dropped = b.op('Where', [
      b.op('Less', [uniform, b.number(0.4, 'float32')]),
      b.number(0, 'float32'),
      b.op('Mul', [inner, b.number(1 / 0.6, 'float32')]),
    ]);
    const dropout = b.ops('Dropout', [inner, b.number(0.3, 'float32'), training], 2, { seed: int(block) })[0]!;
    const noisy = block % 2 === 0 ? dropped : dropout;
    const added = b.op('Add', [hidden, block === NUM_BLOCKS - 1 ? b.op('Mul', [noisy, firstInner]) : noisy]);
    const [scale, bias] = [parameter(`scale${block}`, HIDDEN), parameter(`bias${block}`, HIDDEN)];
    hidden = b.op('LayerNormalization', [added, scale, bias], { axis: int(-1) });
    ends.push(hidden);
  }
  b.output(b.op('ReduceSum', [b.op('Tanh', [hidden])], { keepdims: int(0) }), 'float32', [], 'loss');
  return { builder: b, parameters, ends };
}

async function withGradients(): Promise<{ graph: Graph; forward: Graph; gradients: Gradients; ends: string[] }> {
  const { builder, parameters, ends } = model();
  const forward = builder.build();
  const gradients = differentiate(builder, { loss: 'loss', parameters, types: await probeTypes(forward) });
  for (const name of parameters) builder.output(gradients.summed(name), 'float32', undefined, `gradient:${name}`);
  return { graph: removeDead(builder.build()), forward, gradients, ends };
}

const x = new Random(8);
const feeds: Feeds = {
  x: float32(
    [BATCH, LENGTH, HIDDEN],
    Array.from({ length: BATCH * LENGTH * HIDDEN }, () => x.normal()),
  ),
};

async function run(graph: Graph): Promise<Record<string, Tensor>> {
  const session = await Session.create(graph);
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

describe('recomputing blocks', () => {
  it('gives the same bits, dropout masks included', async () => {
    const { graph, gradients, ends } = await withGradients();
    const plain = await run(graph);
    const recomputed = await run(gradients.recomputing(ends.slice(0, -1)));
    expect(Object.keys(recomputed)).toEqual(Object.keys(plain));
    for (const [name, value] of Object.entries(plain)) expect(recomputed[name], name).toEqual(value);
  });

  it('keeps nothing of a block but its end, its noise, and what another block reads', async () => {
    const { graph, forward, gradients, ends } = await withGradients();
    const readBehind = (of: Graph): Set<string> => {
      const names = new Set(forward.nodes.map(({ name }) => name));
      const made = new Map(forward.nodes.flatMap(({ outputs, opType }) => outputs.map((value) => [value, opType])));
      const readers = of.nodes.filter(({ name }) => !names.has(name));
      return new Set(readers.flatMap(({ inputs }) => inputs.flatMap((value) => made.get(value) ?? [])));
    };
    expect(readBehind(graph)).toContain('Tanh');
    const recomputed = gradients.recomputing(ends.slice(0, -1));
    // Tanh: the inner value that the last block reads, and the values of the last block, which is not recomputed.
    const firstBlocks = { ...recomputed, nodes: recomputed.nodes.filter(({ name }) => name.endsWith('/again')) };
    expect([...readBehind(firstBlocks)].toSorted()).toEqual(['Dropout', 'Less']);
    expect(recomputed.nodes.filter(({ opType, name }) => opType === 'Tanh' && name.endsWith('/again'))).toHaveLength(2);
    for (const random of ['RandomUniformLike', 'Dropout']) {
      expect(recomputed.nodes.filter(({ opType }) => opType === random)).toHaveLength(NUM_BLOCKS / 2);
    }
  });

  it('refuses checkpoints that the forward pass does not compute, or in another order', async () => {
    const { gradients, ends } = await withGradients();
    const error = expect.objectContaining({ code: 'AUTODIFF_CHECKPOINT' });
    expect(() => gradients.recomputing([ends[1]!, ends[0]!])).toThrow(error);
    expect(() => gradients.recomputing(['w0'])).toThrow(error);
    expect(() => gradients.recomputing(['nothing'])).toThrow(expect.objectContaining({ code: 'AUTODIFF_UNREACHED' }));
  });
});
