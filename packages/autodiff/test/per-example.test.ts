import { Random } from '@guided-dropout/core';
import {
  float,
  float32,
  GraphBuilder,
  initializersToInputs,
  int,
  int64,
  ints,
  removeDead,
  tensor,
  type Graph,
  type Tensor,
} from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate, emitExampleLogLikelihood } from '../src/index.js';

const [BATCH, LENGTH, HIDDEN, VOCABULARY] = [3, 5, 4, 7];
const random = new Random(19);

function normal(...dims: number[]): Tensor {
  return float32(
    dims,
    Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, () => random.normal()),
  );
}

/** Models that use a parameter `p` in one way each; they return `[batch, length, hidden]` logits over HIDDEN classes. */
const uses: Readonly<Record<string, (b: GraphBuilder, x: string, ids: string) => string>> = {
  'linear layer': (b, x) => b.op('MatMul', [x, b.initializer('p', normal(HIDDEN, HIDDEN))]),
  'transposed linear layer': (b, x) =>
    b.op('MatMul', [x, b.op('Transpose', [b.initializer('p', normal(HIDDEN, HIDDEN))], { perm: ints([1, 0]) })]),
  'linear layer on one row per example': (b, x) => {
    const first = b.op('Gather', [x, b.constant(int64([], [0]))], { axis: int(1) });
    const row = b.op('Tanh', [b.op('MatMul', [first, b.initializer('p', normal(HIDDEN, HIDDEN))])]);
    return b.op('Add', [x, b.op('Unsqueeze', [row, b.integers([1])])]);
  },
  bias: (b, x) => b.op('Tanh', [b.op('Add', [x, b.initializer('p', normal(HIDDEN))])]),
  scale: (b, x) => b.op('Mul', [x, b.initializer('p', normal(HIDDEN))]),
  'layer normalisation, scale': (b, x) =>
    b.op('LayerNormalization', [x, b.initializer('p', normal(HIDDEN)), b.constant(normal(HIDDEN))], {
      axis: int(-1),
      epsilon: float(1e-5),
    }),
  'layer normalisation, bias': (b, x) =>
    b.op('LayerNormalization', [x, b.constant(normal(HIDDEN)), b.initializer('p', normal(HIDDEN))], {
      axis: int(-1),
      epsilon: float(1e-5),
    }),
  'lookup with repeated ids': (b, x, ids) =>
    b.op('Add', [x, b.op('Gather', [b.initializer('p', normal(VOCABULARY, HIDDEN)), ids])]),
  'the same weight twice': (b, x) => {
    const weight = b.initializer('p', normal(HIDDEN, HIDDEN));
    return b.op('MatMul', [b.op('Tanh', [b.op('MatMul', [x, weight])]), weight]);
  },
  'tied lookup and linear layer': (b, _x, ids) => {
    const table = b.initializer('p', normal(VOCABULARY, HIDDEN));
    const words = b.op('Tanh', [b.op('Gather', [table, ids])]);
    return b.op('MatMul', [words, b.op('Transpose', [table], { perm: ints([1, 0]) })]);
  },
};

/** Inputs `x`, `ids`, `labels`, a parameter `p`; `loss` is Σ_b log p_b. */
function modelWith(use: (b: GraphBuilder, x: string, ids: string) => string): GraphBuilder {
  const b = new GraphBuilder('model');
  const x = b.input('x', 'float32', ['batch', 'length', HIDDEN]);
  const ids = b.input('ids', 'int64', ['batch', 'length']);
  const labels = b.input('labels', 'int64', ['batch', 'length']);
  const perExample = emitExampleLogLikelihood(b, use(b, x, ids), labels, 'mean');
  b.output(b.op('ReduceSum', [perExample], { keepdims: int(0) }), 'float32', [], 'loss');
  return b;
}

const feeds: Record<string, Tensor> = {
  x: normal(BATCH, LENGTH, HIDDEN),
  ids: int64([BATCH, LENGTH], [1, 1, 4, 0, 1, 2, 6, 2, 2, 3, 5, 0, 5, 5, 5]),
  // Examples have three, one and five labels.
  labels: int64([BATCH, LENGTH], [0, 2, -100, 3, -100, -100, -100, 1, -100, -100, 3, 2, 1, 0, 0]),
};

function exampleOf(value: Tensor, example: number): Tensor {
  const size = value.data.length / BATCH;
  const data = value.data.slice(example * size, (example + 1) * size);
  return { dataType: value.dataType, dims: [1, ...value.dims.slice(1)], data } as Tensor;
}

async function evaluate(graph: Graph, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const lifted = initializersToInputs(removeDead(graph, { keepInputs: true }), ['p']);
  const session = await Session.create(lifted.graph);
  const outputs = await session.run({ ...inputs, ...Object.fromEntries(lifted.values) });
  await session.release();
  return outputs;
}

describe('per-example gradients', () => {
  for (const [name, use] of Object.entries(uses)) {
    it(`of a ${name} equal a loop over batches of one`, async () => {
      const builder = modelWith(use);
      const types = await probeTypes(builder.build());
      const gradients = differentiate(builder, { loss: 'loss', parameters: ['p'], types });
      const perExample = builder.output(gradients.perExample('p'), 'float32', undefined, 'perExample');
      const squares = builder.output(gradients.perExampleSquaredSum('p'), 'float32', undefined, 'squares');
      const summed = builder.output(gradients.summed('p'), 'float32', undefined, 'summed');
      const graph = builder.build();
      const batch = await evaluate(graph, feeds);
      const size = batch[summed]!.data.length;
      const expectedSquares = new Float64Array(size);
      for (let b = 0; b < BATCH; b++) {
        const one = Object.fromEntries(Object.entries(feeds).map(([input, value]) => [input, exampleOf(value, b)]));
        const alone = (await evaluate(graph, one))[summed]!.data as Float32Array;
        const together = (batch[perExample]!.data as Float32Array).subarray(b * size, (b + 1) * size);
        expect(alone.some((value) => value !== 0)).toBe(true);
        alone.forEach((value, i) => {
          expect(Math.abs(together[i]! - value)).toBeLessThan(1e-5 + 1e-4 * Math.abs(value));
          expectedSquares[i]! += value ** 2;
        });
      }
      (batch[squares]!.data as Float32Array).forEach((value, i) => {
        expect(Math.abs(value - expectedSquares[i]!)).toBeLessThan(1e-5 + 1e-4 * expectedSquares[i]!);
      });
    });
  }

  it('are refused where a parameter enters before the examples part', async () => {
    const builder = modelWith((b, x) => b.op('MatMul', [x, b.op('Exp', [b.initializer('p', normal(HIDDEN, HIDDEN))])]));
    const types = await probeTypes(builder.build());
    const gradients = differentiate(builder, { loss: 'loss', parameters: ['p'], types });
    expect(() => gradients.perExample('p')).toThrow(expect.objectContaining({ code: 'AUTODIFF_PER_EXAMPLE' }));
  });
});

/** Uses of a parameter that do not keep the examples apart in the first axis. */
const mixed: Readonly<Record<string, (b: GraphBuilder, x: string, ids: string) => string>> = {
  'flattened examples': (b, x) => {
    const rows = b.op('Reshape', [x, b.integers([-1, HIDDEN])]);
    const linear = b.op('MatMul', [rows, b.initializer('p', normal(HIDDEN, HIDDEN))]);
    return b.op('Reshape', [linear, b.op('Shape', [x])]);
  },
  'length before batch': (b, x) => {
    const first = b.op('Transpose', [x], { perm: ints([1, 0, 2]) });
    const linear = b.op('MatMul', [first, b.initializer('p', normal(HIDDEN, HIDDEN))]);
    return b.op('Transpose', [linear], { perm: ints([1, 0, 2]) });
  },
  'a bias on flattened examples': (b, x) => {
    const rows = b.op('Reshape', [x, b.integers([-1, HIDDEN])]);
    return b.op('Reshape', [b.op('Add', [rows, b.initializer('p', normal(HIDDEN))]), b.op('Shape', [x])]);
  },
  'one row of positions for all examples': (b, x, ids) => {
    const scalar = (value: bigint): string => b.constant(tensor('int64', [], BigInt64Array.of(value)));
    const length = b.op('Squeeze', [b.op('Shape', [ids], { start: int(1), end: int(2) })]);
    const row = b.op('Range', [scalar(0n), length, scalar(1n)]);
    return b.op('Add', [x, b.op('Gather', [b.initializer('p', normal(VOCABULARY, HIDDEN)), row])]);
  },
};

describe('per-example gradients are refused', () => {
  for (const [name, use] of Object.entries(mixed)) {
    it(`of ${name}; the sum is not`, async () => {
      const builder = modelWith(use);
      const types = await probeTypes(builder.build());
      const gradients = differentiate(builder, { loss: 'loss', parameters: ['p'], types });
      expect(() => gradients.perExample('p')).toThrow(expect.objectContaining({ code: 'AUTODIFF_PER_EXAMPLE' }));
      expect(gradients.summed('p')).toBeTruthy();
    });
  }
});

describe('differentiate refuses', () => {
  const graphWith = (emit: (b: GraphBuilder, p: string) => string): GraphBuilder => {
    const b = new GraphBuilder('bad');
    b.output(emit(b, b.initializer('p', normal(2, 2))), 'float32', [], 'loss');
    return b;
  };
  const attempt = async (b: GraphBuilder, parameters = ['p']): Promise<unknown> => {
    const types = await probeTypes(b.build());
    return differentiate(b, { loss: 'loss', parameters, types });
  };
  const sum = (b: GraphBuilder, value: string): string => b.op('ReduceSum', [value], { keepdims: int(0) });

  it('an operator without a rule, naming node, operator and how to register one', async () => {
    const error = attempt(graphWith((b, p) => sum(b, b.op('Softplus', [p]))));
    await expect(error).rejects.toThrow(/Softplus.*ai\.onnx\.Softplus.*options\.rules/s);
    await expect(error).rejects.toMatchObject({ code: 'AUTODIFF_NO_RULE' });
  });

  it('a loss that is not a scalar', async () => {
    await expect(attempt(graphWith((b, p) => b.op('Exp', [p])))).rejects.toMatchObject({ code: 'AUTODIFF_LOSS' });
  });

  it('a parameter the loss does not depend on', async () => {
    const b = graphWith((builder, p) => sum(builder, builder.op('Exp', [p])));
    b.initializer('unused', tensor('float32', [2], new Float32Array(2)));
    await expect(attempt(b, ['p', 'unused'])).rejects.toMatchObject({
      code: 'AUTODIFF_UNREACHED',
      message: expect.stringContaining("'unused'"),
    });
  });

  it('what operator sets before 13 wrote as attributes', async () => {
    const old = graphWith((b, p) => b.op('ReduceSum', [p], { keepdims: int(0) }));
    const types = await probeTypes(old.build());
    const graph = old.build();
    const nodes = graph.nodes.map((node) => ({ ...node, attributes: { ...node.attributes, axes: ints([0, 1]) } }));
    const rewritten = GraphBuilder.from({ ...graph, nodes });
    expect(() => differentiate(rewritten, { loss: 'loss', parameters: ['p'], types })).toThrow(
      /axes as an input.*opset 18/,
    );
  });

  it('values it was given no types for', async () => {
    const b = graphWith((builder, p) => sum(builder, p));
    expect(() => differentiate(b, { loss: 'loss', parameters: ['p'], types: new Map() })).toThrow(
      expect.objectContaining({ code: 'AUTODIFF_TYPE' }),
    );
  });

  it('but takes a rule of the user for it', async () => {
    const b = graphWith((builder, p) => sum(builder, builder.op('Softplus', [p])));
    const types = await probeTypes(b.build());
    const rules = new Map([
      [
        'Softplus',
        (context: import('../src/index.js').RuleContext) => {
          const slope = context.builder.op('Sigmoid', [context.node.inputs[0]!]);
          const value = context.builder.op('Mul', [context.outputGradient(0)!, slope]);
          context.contribute(0, { kind: 'dense', value });
        },
      ],
    ]);
    const gradient = differentiate(b, { loss: 'loss', parameters: ['p'], types, rules }).summed('p');
    b.output(gradient, 'float32', [2, 2], 'gradient');
    const outputs = await evaluate(b.build(), {});
    const p = b.initializerOf('p')!.data as Float32Array;
    const sigmoid = Array.from(p, (value) => 1 / (1 + Math.exp(-value)));
    Array.from(outputs['gradient']!.data as Float32Array).forEach((value, i) =>
      expect(value).toBeCloseTo(sigmoid[i]!, 6),
    );
  });
});
