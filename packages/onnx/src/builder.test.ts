import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../test/refusal.js';
import {
  decodeModel,
  encodeModel,
  float32,
  GraphBuilder,
  int,
  int64,
  modelOf,
  scalar,
  tensor,
  zeros,
} from './index.js';
import type { Graph } from './index.js';

/** y = relu(x · weight + 1). */
function affine(): GraphBuilder {
  const b = new GraphBuilder('affine');
  const x = b.input('x', 'float32', ['batch', 3]);
  const product = b.op('MatMul', [x, b.initializer('weight', zeros('float32', [3, 2]))]);
  const sum = b.scope('head', () => b.op('Add', [product, b.constant(scalar(1))]));
  b.output(b.op('Relu', [sum]), 'float32', ['batch', 2], 'y');
  return b;
}

/** Every value a graph defines, in order, duplicates included. */
function definedValues(graph: Graph): string[] {
  const inputs = graph.inputs.map((input) => input.name);
  return [...inputs, ...graph.initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs)];
}

function expectUnique(graph: Graph): void {
  const values = definedValues(graph);
  expect(new Set(values).size).toBe(values.length);
  const nodes = graph.nodes.map((node) => node.name);
  expect(new Set(nodes).size).toBe(nodes.length);
}

describe('names', () => {
  it('of values and nodes are unique, and say the scope they were made in', () => {
    const b = new GraphBuilder('names');
    const x = b.input('x', 'float32', [2]);
    b.op('Exp', [x]);
    b.op('Exp', [x]);
    b.scope('layer.0', () => b.scope('dense', () => b.op('Exp', [x])));
    b.op('Exp', [x]);
    const graph = b.build();
    expect(graph.nodes.map((node) => node.name)).toEqual(['Exp', 'Exp_1', 'layer.0/dense/Exp', 'Exp_2']);
    expectUnique(graph);
  });

  it('leave the scope when what was to be written in it fails', () => {
    const b = new GraphBuilder('names');
    const x = b.input('x', 'float32', [2]);
    expect(() => b.scope('lost', () => b.op('Exp', ['nowhere']))).toThrow(/nowhere/);
    expect(b.op('Exp', [x])).toBe('Exp:out');
  });

  it('avoid those that inputs, weights and nodes were given by others', () => {
    const b = new GraphBuilder('names');
    const x = b.input('Exp:out', 'float32', [2]);
    b.initializer('constant', scalar(1));
    b.append({ name: 'Log', opType: 'Log', domain: '', inputs: [x], outputs: ['logarithm'], attributes: {} });
    b.op('Exp', [x]);
    b.op('Log', [x]);
    b.constant(scalar(2));
    expectUnique(b.build());
  });

  it('stay unique when a graph is continued, however often', () => {
    const kinds = fc.constantFrom('Exp', 'Add', 'constant', 'integers', 'long');
    const rounds = fc.array(fc.array(fc.tuple(kinds, fc.constantFrom('', 'a', 'a/b')), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(rounds, (script) => {
        let b = affine();
        for (const [round, steps] of script.entries()) {
          b = GraphBuilder.from(b.build());
          for (const [i, [kind, scope]] of steps.entries()) {
            b.scope(scope, () => {
              if (kind === 'Exp') b.op('Exp', ['x']);
              else if (kind === 'Add') b.op('Add', ['x', 'x']);
              else if (kind === 'constant') b.constant(scalar(10 * round + i));
              else if (kind === 'integers') b.integers([round, i]);
              else b.constant(zeros('float32', [65]));
            });
          }
          expectUnique(b.build());
        }
      }),
    );
  });

  it('of weights and inputs may be taken once', () => {
    const b = affine();
    expect(refusal(() => b.input('weight', 'float32', [])).code).toBe('GRAPH_BUILD');
    expect(refusal(() => b.initializer('x', scalar(1))).code).toBe('GRAPH_BUILD');
    expect(refusal(() => b.input('', 'float32', [])).code).toBe('GRAPH_BUILD');
  });
});

describe('constants', () => {
  const b = new GraphBuilder('constants');
  const zero = b.constant(scalar(0));

  it('are stored once where type, shape and bits are equal', () => {
    expect(b.constant(float32([], [0]))).toBe(zero);
    expect(b.number(0, 'float32')).toBe(zero);
    expect(b.integers([1, 2])).toBe(b.constant(int64([2], [1, 2])));
  });

  it('are apart where they only compare equal', () => {
    const others = [
      b.constant(scalar(-0)),
      b.constant(tensor('int32', [], Int32Array.of(0))),
      b.constant(tensor('uint32', [], Uint32Array.of(0))),
      b.constant(float32([1], [0])),
      b.constant(float32([1, 1], [0])),
      b.constant(tensor('float16', [2], Uint16Array.of(0, 0))),
      b.constant(tensor('bfloat16', [2], Uint16Array.of(0, 0))),
      b.constant(zeros('float32', [0])),
      b.constant(zeros('float32', [0, 2])),
      b.number(0, 'float64'),
    ];
    expect(new Set([zero, ...others]).size).toBe(others.length + 1);
    const stored = b.build().initializers;
    expect(Object.is(stored.get(others[0]!)!.data[0], -0)).toBe(true);
    expect(stored.get(others[1]!)!.dataType).toBe('int32');
    expect(stored.get(others[3]!)!.dims).toEqual([1]);
  });

  it('of a number have the type that was asked for, or there is none', () => {
    expect(b.initializerOf(b.number(2, 'float64'))).toEqual(tensor('float64', [], Float64Array.of(2)));
    expect(b.initializerOf(b.number(2, 'float32'))).toEqual(tensor('float32', [], Float32Array.of(2)));
    expect(refusal(() => b.number(2, 'float16')).code).toBe('GRAPH_BUILD');
  });

  it('that are NaN are shared by their bits', () => {
    expect(b.constant(scalar(Number.NaN))).toBe(b.constant(scalar(Number.NaN)));
  });

  it('that are views of a larger buffer are compared by their own part', () => {
    const buffer = Float32Array.of(1, 2, 1);
    const part = (i: number): string => b.constant(tensor('float32', [1], buffer.subarray(i, i + 1)));
    expect(part(2)).toBe(part(0));
    expect(part(1)).not.toBe(part(0));
  });

  it('of more than 64 elements are stored as they come', () => {
    expect(b.constant(zeros('float32', [64]))).toBe(b.constant(zeros('float32', [64])));
    expect(b.constant(zeros('float32', [65]))).not.toBe(b.constant(zeros('float32', [65])));
  });
});

describe('nodes', () => {
  it('come after what they read', () => {
    const error = refusal(() => affine().op('Exp', ['nowhere']));
    expect(error.code).toBe('GRAPH_BUILD');
    expect(error.message).toMatch(/'affine'.*'nowhere' to exist/);
  });

  it('may leave out optional inputs and outputs', () => {
    const b = affine();
    const node = {
      name: 'clip',
      opType: 'Clip',
      domain: '',
      inputs: ['x', '', ''],
      outputs: ['c', ''],
      attributes: {},
    };
    b.append(node);
    expect(b.producer('c')).toBe(node);
    expect(b.has('')).toBe(false);
  });

  it('have outputs of their own', () => {
    const node = { name: 'n', opType: 'Exp', domain: '', inputs: ['x'], attributes: {} };
    expect(refusal(() => affine().append({ ...node, outputs: ['weight'] })).code).toBe('GRAPH_BUILD');
    expect(refusal(() => affine().append({ ...node, outputs: ['a', 'a'] })).code).toBe('GRAPH_BUILD');
  });

  it('are found by what they compute; inputs and weights by nothing', () => {
    const b = affine();
    expect(b.producer('head/Add:out')!.opType).toBe('Add');
    expect(b.producer('x')).toBeUndefined();
    expect(b.producer('weight')).toBeUndefined();
    expect(b.initializerOf('weight')!.dims).toEqual([3, 2]);
    expect(b.initializerOf('x')).toBeUndefined();
  });

  it('take further outputs, which keep what was there', () => {
    const b = new GraphBuilder('dropout');
    const x = b.input('x', 'float32', [4]);
    const y = b.op('Dropout', [x], { seed: int(1) });
    b.initializer('Dropout:out1', scalar(1));
    const [same, mask] = b.extendOutputs(y, 2);
    expect(same).toBe(y);
    expect(b.producer(mask!)).toBe(b.producer(y));
    expect(b.producer(y)!.outputs).toEqual([y, mask]);
    expect(b.producer(y)!.attributes).toEqual({ seed: int(1) });
    expect(b.extendOutputs(y, 2)).toEqual([y, mask]);
    expect(b.extendOutputs(mask!, 1)).toEqual([y, mask]);
    expectUnique(b.build());
  });

  it('give an output that was left out a name when it is asked for', () => {
    const b = affine();
    const node = { name: 'norm', opType: 'LayerNormalization', domain: '', attributes: {} };
    b.append({ ...node, inputs: ['x', 'x'], outputs: ['normal', '', 'deviation'] });
    const [normal, mean, deviation] = b.extendOutputs('normal', 3);
    expect([normal, deviation]).toEqual(['normal', 'deviation']);
    expect(b.producer(mean!)!.name).toBe('norm');
  });

  it('are what takes further outputs, not inputs or weights', () => {
    for (const value of ['x', 'weight', 'nowhere']) {
      expect(refusal(() => affine().extendOutputs(value, 2)).code).toBe('GRAPH_BUILD');
    }
  });
});

describe('outputs', () => {
  it('under another name are a copy of the value', () => {
    const graph = affine().build();
    expect(graph.outputs).toEqual([{ name: 'y', dataType: 'float32', dims: ['batch', 2] }]);
    expect(graph.nodes.at(-1)).toMatchObject({ opType: 'Identity', inputs: ['Relu:out'], outputs: ['y'] });
  });

  it('under their own name cost no node', () => {
    const b = affine();
    const nodes = b.build().nodes.length;
    expect(b.output('head/Add:out', 'float32')).toBe('head/Add:out');
    expect(b.build().nodes).toHaveLength(nodes);
    expect(b.build().outputs.at(-1)).toEqual({ name: 'head/Add:out', dataType: 'float32' });
  });

  it('exist, under a name that is free, and are declared once', () => {
    expect(refusal(() => affine().output('nowhere', 'float32')).code).toBe('GRAPH_BUILD');
    expect(refusal(() => affine().output('nowhere', 'float32', [], 'z')).code).toBe('GRAPH_BUILD');
    expect(refusal(() => affine().output('Relu:out', 'float32', [], 'weight')).code).toBe('GRAPH_BUILD');
    expect(refusal(() => affine().output('y', 'float32')).code).toBe('GRAPH_BUILD');
  });
});

describe('what is built', () => {
  it('is continued by a copy: the same graph, and the first one unchanged', () => {
    const graph = affine().build();
    const copy = GraphBuilder.from(graph);
    expect(copy.build()).toEqual(graph);
    copy.op('Exp', ['y']);
    expect(graph.nodes).toHaveLength(4);
    expect(copy.build().nodes).toHaveLength(5);
  });

  it('is not changed by what is built later', () => {
    const b = affine();
    const graph = b.build();
    const before = structuredClone({ ...graph, initializers: [...graph.initializers.keys()] });
    b.extendOutputs('Relu:out', 2);
    b.output(b.op('Exp', ['y']), 'float32');
    b.input('z', 'float32');
    b.constant(scalar(7));
    expect({ ...graph, initializers: [...graph.initializers.keys()] }).toEqual(before);
  });

  it('is what a file of it holds', () => {
    const graph = affine().build();
    expect(decodeModel(encodeModel(modelOf(graph))).graph).toEqual(graph);
  });
});
