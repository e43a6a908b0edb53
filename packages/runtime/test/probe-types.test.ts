import { float32, GraphBuilder, int, int64, ints, scalar, tensor, zeros, type ValueInfo } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { probeTypes } from '../src/index.js';

/** The types that a graph's values have, after `emit` has written it and named its results. */
async function typesOf<T extends Record<string, string>>(
  emit: (builder: GraphBuilder) => T,
): Promise<{ readonly [K in keyof T]: string }> {
  const builder = new GraphBuilder('probed');
  const values = emit(builder);
  const types = await probeTypes(builder.build());
  const written = Object.entries(values).map(([key, value]) => {
    const { dataType, dims } = types.get(value)!;
    return [key, `${dataType} [${dims.join(', ')}]`];
  });
  return Object.fromEntries(written) as { readonly [K in keyof T]: string };
}

describe('probeTypes', () => {
  it('tells dimensions that vary from those that do not', async () => {
    const types = await typesOf((b) => {
      const x = b.input('x', 'float32', ['batch', 'length', 4]);
      const weight = b.initializer('weight', zeros('float32', [4, 5]));
      const linear = b.op('MatMul', [x, weight]);
      const transposed = b.op('Transpose', [linear], { perm: ints([0, 2, 1]) });
      return {
        x,
        weight,
        linear,
        transposed,
        scores: b.op('MatMul', [linear, transposed]),
        mean: b.op('ReduceMean', [x, b.integers([1])], { keepdims: int(1) }),
        scalar: b.op('ReduceMean', [x], { keepdims: int(0) }),
        shape: b.op('Shape', [x]),
        positive: b.op('Greater', [x, b.constant(scalar(0))]),
        ids: b.op('Cast', [x], { to: int(7) }),
      };
    });
    expect(types).toEqual({
      x: 'float32 [batch, length, 4]',
      weight: 'float32 [4, 5]',
      linear: 'float32 [batch, length, 5]',
      transposed: 'float32 [batch, 5, length]',
      scores: 'float32 [batch, length, length]',
      mean: 'float32 [batch, 1, 4]',
      scalar: 'float32 []',
      shape: 'int64 [3]',
      positive: 'bool [batch, length, 4]',
      ids: 'int64 [batch, length, 4]',
    });
  });

  it('names products of two dimensions, a square among them', async () => {
    const types = await typesOf((b) => {
      const x = b.input('x', 'float32', ['batch', 'length', 4]);
      const scores = b.op('MatMul', [x, b.op('Transpose', [x], { perm: ints([0, 2, 1]) })]);
      return {
        rows: b.op('Reshape', [x, b.integers([-1, 4])]),
        pairs: b.op('Reshape', [
          scores,
          b.op('Concat', [b.op('Shape', [x], { end: int(1) }), b.integers([-1])], { axis: int(0) }),
        ]),
      };
    });
    expect(types).toEqual({ rows: 'float32 [batch*length, 4]', pairs: 'float32 [batch, length*length]' });
  });

  it('takes a fixed dimension for fixed whatever size the named ones are given', async () => {
    // All the sizes a probing run might use, and their products.
    for (let size = 1; size <= 40; size++) {
      const types = await typesOf((b) => ({ y: b.op('Exp', [b.input('x', 'float32', ['batch', size, 'length'])]) }));
      expect(types.y).toBe(`float32 [batch, ${size}, length]`);
    }
  });

  it('keeps one name that two inputs share, and two names apart', async () => {
    const types = await typesOf((b) => {
      const a = b.input('a', 'float32', ['n', 'm']);
      const c = b.input('c', 'float32', ['m', 'n']);
      return { sum: b.op('Add', [a, b.op('Transpose', [c])]), square: b.op('MatMul', [a, c]) };
    });
    expect(types).toEqual({ sum: 'float32 [n, m]', square: 'float32 [n, n]' });
  });

  it('never takes a multiple of a dimension, or a shifted one, for another dimension', async () => {
    const symbols = ['a', 'b', 'c', 'd', 'e', 'f'];
    const types = await typesOf((b) => {
      const derived = symbols.flatMap((symbol) => {
        const x = b.input(symbol, 'float32', [symbol]);
        const one = b.constant(float32([1], [0]));
        const joined = (parts: string[]): string => b.op('Concat', parts, { axis: int(0) });
        const longer = [1, 2, 3, 4].map((count) => joined([x, ...Array.from({ length: count }, () => one)]));
        const repeated = [2, 3, 4, 6, 12].map((count) => joined(Array.from({ length: count }, () => x)));
        const shorter = b.op('Slice', [x, b.integers([1]), b.integers([2 ** 40])]);
        return [...longer, ...repeated, shorter];
      });
      const sums = [b.op('Concat', ['a', 'b'], { axis: int(0) }), b.op('Concat', ['b', 'c'], { axis: int(0) })];
      return Object.fromEntries([...derived, ...sums].map((value, i) => [`value ${i}`, value]));
    });
    const names = [...symbols, ...symbols.flatMap((s) => symbols.map((t) => `${s}*${t}`))];
    expect(Object.values(types)).toHaveLength(62);
    for (const type of Object.values(types)) expect(names.map((name) => `float32 [${name}]`)).not.toContain(type);
  });

  it('gives unknown dimensions that vary together one name', async () => {
    const types = await typesOf((b) => {
      const x = b.input('x', 'float32', ['batch']);
      const once = b.op('Concat', [x, b.constant(float32([1], [0]))], { axis: int(0) });
      return { once, exp: b.op('Exp', [once]), twice: b.op('Concat', [x, x], { axis: int(0) }) };
    });
    expect(types.exp).toBe(types.once);
    expect(types.twice).not.toBe(types.once);
    expect(Number(types.once.slice('float32 ['.length, -1))).toBeNaN();
  });

  it('feeds token ids and labels that every table has', async () => {
    const types = await typesOf((b) => {
      const ids = b.input('ids', 'int64', ['batch', 'length']);
      const small = b.op('Gather', [b.initializer('small', zeros('float32', [1, 3])), ids]);
      // Too large to be copied into the probing model.
      const large = b.op('Gather', [b.initializer('large', zeros('float32', [1025, 3])), ids]);
      return { small, large, table: 'large' };
    });
    expect(types).toEqual({
      small: 'float32 [batch, length, 3]',
      large: 'float32 [batch, length, 3]',
      table: 'float32 [1025, 3]',
    });
  });

  it('passes over outputs that were left out, and knows those of nodes with several', async () => {
    const types = await typesOf((b) => {
      const x = b.input('x', 'float32', ['batch', 4]);
      const training = b.constant(tensor('bool', [], Uint8Array.of(1)));
      const [, mask] = b.ops('Dropout', [x, b.number(0.5, 'float32'), training], 2);
      const node = { name: 'norm', opType: 'LayerNormalization', domain: '', attributes: {} };
      b.append({ ...node, inputs: [x, b.constant(zeros('float32', [4]))], outputs: ['y', '', 'deviation'] });
      return { mask: mask!, y: 'y', deviation: 'deviation' };
    });
    expect(types).toEqual({
      mask: 'bool [batch, 4]',
      y: 'float32 [batch, 4]',
      deviation: 'float32 [batch, 1]',
    });
  });

  it('knows a graph of nothing but a transposed weight', async () => {
    const b = new GraphBuilder('transpose');
    b.output(b.op('Transpose', [b.initializer('w', float32([2, 3], [1, 2, 3, 4, 5, 6]))]), 'float32');
    expect((await probeTypes(b.build())).get('Transpose:out')).toEqual({ dataType: 'float32', dims: [3, 2] });
  });

  it('runs a graph that needs a token other than 0, on ones', async () => {
    const b = new GraphBuilder('needs-one');
    const ids = b.input('ids', 'int64', ['batch']);
    const isOne = b.op('Equal', [ids, b.constant(int64([], [1]))]);
    const places = b.op('Reshape', [b.op('NonZero', [isOne]), b.integers([-1])]);
    b.output(b.op('Gather', [places, b.constant(int64([], [-1]))]), 'int64', [], 'last');
    expect((await probeTypes(b.build())).get('last')).toEqual({ dataType: 'int64', dims: [] });
  });

  it('does not take a size for fixed that depends on an input', async () => {
    const b = new GraphBuilder('sliced');
    const x = b.input('x', 'float32', ['batch', 9]);
    const k = b.input('k', 'int64', [1]);
    const part = b.op('Slice', [x, b.integers([0]), b.op('Add', [k, b.integers([1])]), b.integers([1])]);
    b.output(part, 'float32');
    expect((await probeTypes(b.build())).get(part)!.dims).toEqual(['batch', expect.stringContaining('?')]);
  });

  it('covers every value of the graph', async () => {
    const b = new GraphBuilder('all');
    const x = b.input('x', 'float32', ['batch']);
    b.output(b.op('Exp', [b.op('Add', [x, b.initializer('w', scalar(1))])]), 'float32', ['batch'], 'y');
    b.initializer('unread', int64([1], [1]));
    expect([...(await probeTypes(b.build())).keys()].toSorted()).toEqual(
      ['x', 'w', 'unread', 'Add:out', 'Exp:out', 'y'].toSorted(),
    );
  });
});

describe('probeTypes refuses', () => {
  const probe = (inputs: readonly ValueInfo[], emit: (b: GraphBuilder) => string): Promise<unknown> => {
    const b = new GraphBuilder('refused');
    for (const input of inputs) b.declare(input);
    b.output(emit(b), 'float32');
    return probeTypes(b.build());
  };
  const exp = (b: GraphBuilder): string => b.op('Exp', ['x']);

  it.each([
    ['of unknown rank', { name: 'x', dataType: 'float32' } as const, 'no shape'],
    ['of unknown type', { name: 'x', dims: [2] } as const, 'no element type'],
  ])('an input %s', async (_, input, received) => {
    await expect(probe([input], exp)).rejects.toMatchObject({
      code: 'PROBE_INPUT',
      report: { where: "graph input 'x'", received },
    });
  });

  it('a seventh named dimension, with all their names', async () => {
    const inputs = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      // A name that comes twice counts once.
      (dim): ValueInfo => ({ name: dim, dataType: 'float32', dims: [dim, dim] }),
    );
    const expF = (b: GraphBuilder): string => b.op('Exp', ['f']);
    await expect(probe(inputs, expF)).resolves.toBeDefined();
    const seventh: ValueInfo = { name: 'g', dataType: 'float32', dims: ['seventh'] };
    const error = probe([...inputs, seventh], expF);
    await expect(error).rejects.toMatchObject({ code: 'PROBE_SYMBOLS', message: expect.stringContaining('seventh') });
  });

  it('a value whose rank depends on a size', async () => {
    const error = probe([{ name: 'x', dataType: 'float32', dims: ['batch'] }], (b) => {
      const ones = b.op('ConstantOfShape', [b.op('Shape', ['x'])], {
        value: { type: 'tensor', value: int64([1], [1]) },
      });
      return b.op('Reshape', [b.constant(scalar(3)), ones]);
    });
    await expect(error).rejects.toMatchObject({ code: 'PROBE_RANK', report: { where: "value 'Reshape:out'" } });
  });

  it('a graph that does not load, and one that does not run at every size', async () => {
    const x: ValueInfo = { name: 'x', dataType: 'float32', dims: ['batch', 3] };
    await expect(probe([x], (b) => b.op('Nope', ['x']))).rejects.toMatchObject({ code: 'RUNTIME_LOAD' });
    const onlyTwo = probe([x], (b) => b.op('Reshape', ['x', b.integers([2, 3])]));
    await expect(onlyTwo).rejects.toMatchObject({ code: 'RUNTIME_RUN' });
  });
});
