import { float32, GraphBuilder, int, ints, tensor, type Graph, type Node } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate, firstOutputGradient, type GradientRule } from '../src/index.js';
import { HIDDEN, modelWith, normal, VOCABULARY } from './parameter-uses.js';

/** Uses of a parameter that do not keep the examples apart in the first axis. */
const mixed: Readonly<Record<string, (b: GraphBuilder, x: string, ids: string) => string>> = {
  'length before batch': (b, x) => {
    const first = b.op('Transpose', [x], { perm: ints([1, 0, 2]) });
    const linear = b.op('MatMul', [first, b.initializer('p', normal(HIDDEN, HIDDEN))]);
    return b.op('Transpose', [linear], { perm: ints([1, 0, 2]) });
  },
  'flattened with length before batch': (b, x) => {
    const first = b.op('Transpose', [x], { perm: ints([1, 0, 2]) });
    const rows = b.op('Reshape', [first, b.integers([-1, HIDDEN])]);
    const linear = b.op('MatMul', [rows, b.initializer('p', normal(HIDDEN, HIDDEN))]);
    return b.op('Transpose', [b.op('Reshape', [linear, b.op('Shape', [first])])], { perm: ints([1, 0, 2]) });
  },
  'a bias with length before batch': (b, x) => {
    const first = b.op('Transpose', [x], { perm: ints([1, 0, 2]) });
    return b.op('Transpose', [b.op('Add', [first, b.initializer('p', normal(HIDDEN))])], { perm: ints([1, 0, 2]) });
  },
  'another order, called batch again': (b, x) => {
    const other = b.op('Reshape', [b.op('Transpose', [x], { perm: ints([1, 0, 2]) }), b.op('Shape', [x])]);
    return b.op('MatMul', [other, b.initializer('p', normal(HIDDEN, HIDDEN))]);
  },
  'examples in reverse': (b, x) => {
    const [last, beforeFirst, axis, step] = [-1, Number.MIN_SAFE_INTEGER, 0, -1].map((value) => b.integers([value]));
    const reversed = b.op('Slice', [x, last!, beforeFirst!, axis!, step!]);
    return b.op('MatMul', [reversed, b.initializer('p', normal(HIDDEN, HIDDEN))]);
  },
  'examples in order added to examples in another': (b, x) => {
    const other = b.op('Reshape', [b.op('Transpose', [x], { perm: ints([1, 0, 2]) }), b.op('Shape', [x])]);
    return b.op('MatMul', [b.op('Add', [x, other]), b.initializer('p', normal(HIDDEN, HIDDEN))]);
  },
  'rows that a product has transposed': (b, x) => {
    const square = b.op('MatMul', [b.op('Transpose', [x], { perm: ints([0, 2, 1]) }), x]);
    const columns = b.op('Reshape', [b.op('Transpose', [square], { perm: ints([1, 0, 2]) }), b.integers([HIDDEN, -1])]);
    const rows = b.op('Gemm', [columns, b.initializer('p', normal(HIDDEN, HIDDEN))], { transA: int(1) });
    const spread = b.op('Reshape', [rows, b.integers([-1, HIDDEN, HIDDEN])]);
    return b.op('Add', [x, b.op('ReduceSum', [spread, b.integers([1])])]);
  },
  'a lookup along an inner axis of a table that all examples share': (b, x) => {
    const swapped = b.op('Gather', [b.initializer('p', normal(HIDDEN, HIDDEN)), b.integers([3, 2, 0, 1])], {
      axis: int(1),
    });
    const sums = b.op('Tanh', [b.op('Add', [b.op('Unsqueeze', [x, b.integers([2])]), swapped])]);
    return b.op('ReduceSum', [sums, b.integers([2])], { keepdims: int(0) });
  },
  'a lookup of a lookup of unknown size': (b, x, ids) => {
    const scalar = (value: bigint): string => b.constant(tensor('int64', [], BigInt64Array.of(value)));
    const length = b.op('Squeeze', [b.op('Shape', [ids], { start: int(1), end: int(2) })]);
    const part = b.op('Gather', [
      b.initializer('p', normal(VOCABULARY, HIDDEN)),
      b.op('Range', [scalar(0n), length, scalar(1n)]),
    ]);
    return b.op('Add', [x, b.op('Gather', [part, b.op('Mod', [ids, length])])]);
  },
  'a parameter that is computed with first': (b, x) =>
    b.op('MatMul', [x, b.op('Exp', [b.initializer('p', normal(HIDDEN, HIDDEN))])]),
};

describe('per-example gradients are refused', () => {
  for (const [name, use] of Object.entries(mixed)) {
    it(`of ${name}; the sum is not`, async () => {
      const builder = modelWith(use);
      const types = await probeTypes(builder.build());
      const gradients = differentiate(builder, { loss: 'loss', parameters: ['p'], types });
      for (const method of ['perExample', 'perExampleSquaredSum', 'perExampleSquaredNorm'] as const) {
        expect(() => gradients[method]('p')).toThrow(expect.objectContaining({ code: 'AUTODIFF_PER_EXAMPLE' }));
      }
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

  it('an operator without a rule, naming node, operator and how to register one', async () => {
    const error = attempt(graphWith((b, p) => sumOf(b, b.op('Det', [p]))));
    await expect(error).rejects.toThrow(/Det.*ai\.onnx\.Det \(opset 18\).*options\.rules/s);
    await expect(error).rejects.toMatchObject({ code: 'AUTODIFF_NO_RULE' });
  });

  it('control flow, with its reason', async () => {
    const branch = (emit: (b: GraphBuilder) => string): Graph => {
      const b = new GraphBuilder('branch');
      b.output(emit(b), 'float32', [2, 2], 'chosen');
      return b.build();
    };
    const one = (b: GraphBuilder): string => b.constant(float32([2, 2], [1, 1, 1, 1]));
    const b = graphWith((builder, p) => {
      // The branch reads the parameter from the graph around it: no input of the node says so.
      const outer: Graph = {
        ...branch(one),
        nodes: [{ name: 'copy', opType: 'Exp', domain: '', inputs: [p], outputs: ['chosen'], attributes: {} }],
      };
      const condition = builder.constant(tensor('bool', [], Uint8Array.of(1)));
      const attributes = {
        then_branch: { type: 'graph' as const, value: outer },
        else_branch: { type: 'graph' as const, value: branch(one) },
      };
      return sumOf(builder, builder.op('If', [condition], attributes));
    });
    const error = attempt(b);
    await expect(error).rejects.toThrow(/If.*branch chosen while the graph runs/s);
    await expect(error).rejects.toMatchObject({ code: 'AUTODIFF_NO_RULE' });
  });

  it('a graph in half precision', async () => {
    const b = new GraphBuilder('half');
    const p = b.initializer('p', tensor('float16', [2], Uint16Array.of(0x3c00, 0x4000)));
    b.output(sumOf(b, b.op('Cast', [p], { to: int(1) })), 'float32', [], 'loss');
    await expect(attempt(b)).rejects.toMatchObject({
      code: 'AUTODIFF_TYPE',
      message: expect.stringMatching(/'p'.*float16.*float32/s),
    });
  });

  it('a graph whose nodes are in a cycle, or whose types do not fit', async () => {
    const node = (opType: string, inputs: string[], output: string): Node => ({
      name: output,
      opType,
      domain: '',
      inputs,
      outputs: [output],
      attributes: {},
    });
    const nodes = [node('Add', ['p', 'b'], 'a'), node('Neg', ['a'], 'b'), node('ReduceSum', ['b'], 'loss')];
    const graph: Graph = {
      name: 'cycle',
      inputs: [],
      outputs: [{ name: 'loss' }],
      nodes,
      initializers: new Map([['p', normal(2)]]),
    };
    expect(() => GraphBuilder.from(graph)).toThrow(
      expect.objectContaining({ code: 'GRAPH_BUILD', message: expect.stringContaining('cycle') }),
    );
    const illTyped = graphWith((b, p) => sumOf(b, b.op('Add', [p, b.integers([1, 2])])));
    await expect(attempt(illTyped)).rejects.toMatchObject({ code: 'RUNTIME_LOAD' });
  });

  it('a loss that is not a scalar', async () => {
    await expect(attempt(graphWith((b, p) => b.op('Exp', [p])))).rejects.toMatchObject({ code: 'AUTODIFF_LOSS' });
  });

  it('names that no value has', async () => {
    const b = graphWith((builder, p) => sumOf(builder, p));
    const types = await probeTypes(b.build());
    for (const options of [
      { loss: 'loss', parameters: ['nope'] },
      { loss: 'nope', parameters: ['p'] },
    ]) {
      expect(() => differentiate(b, { ...options, types })).toThrow(
        expect.objectContaining({ code: 'AUTODIFF_UNKNOWN' }),
      );
    }
  });

  it('a parameter the loss does not depend on', async () => {
    const b = graphWith((builder, p) => sumOf(builder, builder.op('Exp', [p])));
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
    const b = graphWith((builder, p) => sumOf(builder, p));
    expect(() => differentiate(b, { loss: 'loss', parameters: ['p'], types: new Map() })).toThrow(
      expect.objectContaining({ code: 'AUTODIFF_TYPE' }),
    );
  });

  it('but takes a rule of the user for it', async () => {
    const b = graphWith((builder, p) => sumOf(builder, builder.op('Celu', [p])));
    const types = await probeTypes(b.build());
    const twice: GradientRule = (context) => {
      const value = context.builder.op('Mul', [firstOutputGradient(context), context.builder.number(2, 'float32')]);
      context.contribute(0, { kind: 'dense', value });
    };
    const rules = new Map([['Celu', twice]]);
    const gradient = differentiate(b, { loss: 'loss', parameters: ['p'], types, rules }).summed('p');
    b.output(gradient, 'float32', [2, 2], 'gradient');
    const session = await Session.create(b.build());
    const outputs = await session.run({});
    await session.release();
    expect(Array.from(outputs['gradient']!.data, Number)).toEqual([2, 2, 2, 2]);
  });
});

describe('a loss per example', () => {
  it('counts as its sum', async () => {
    const build = (perExample: boolean): GraphBuilder => {
      const b = new GraphBuilder('losses');
      const x = b.input('x', 'float32', ['batch', 3]);
      const y = b.op('Tanh', [b.op('MatMul', [x, b.initializer('p', float32([3, 1], [1, -2, 0.5]))])]);
      const losses = b.op('Squeeze', [y, b.integers([1])]);
      b.output(perExample ? losses : sumOf(b, losses), 'float32', undefined, 'loss');
      return b;
    };
    const feeds = { x: float32([2, 3], [0.1, 0.2, 0.3, -1, 2, 0.7]) };
    const gradients = [];
    for (const perExample of [true, false]) {
      const b = build(perExample);
      const types = await probeTypes(b.build());
      b.output(differentiate(b, { loss: 'loss', parameters: ['p'], types }).summed('p'), 'float32', [3, 1], 'gradient');
      const session = await Session.create(b.build());
      gradients.push(Array.from((await session.run(feeds))['gradient']!.data as Float32Array));
      await session.release();
    }
    expect(gradients[0]).toEqual(gradients[1]);
  });
});

function sumOf(b: GraphBuilder, value: string): string {
  return b.op('ReduceSum', [value], { keepdims: int(0) });
}
