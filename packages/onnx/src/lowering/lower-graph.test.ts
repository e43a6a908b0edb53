// What happens around the operators: names, constants, control flow, types, lowerings of the user's.
import { expect, test } from 'vitest';
import { float, int, ints, tensorAttribute } from '../attributes.js';
import { GraphBuilder } from '../builder.js';
import { modelOf, type Graph, type Model, type Node } from '../graph.js';
import { float32, int64, tensor, type Tensor } from '../tensor.js';
import { refusal } from '../../test/refusal.js';
import { runModel } from '../../test/lowering-cases/run-model.js';
import { lowerModel } from './lower-model.js';
import type { Lowering } from './lowering.js';

const nodeOf = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  rest: Partial<Node> = {},
): Node => ({
  name: '',
  opType,
  domain: '',
  inputs,
  outputs,
  attributes: {},
  ...rest,
});

const contrib = { domain: 'com.microsoft' };

const graphOf = (parts: Partial<Graph>): Graph => ({
  name: 'g',
  inputs: [{ name: 'x', dataType: 'float32', dims: ['batch', 4] }],
  outputs: [{ name: 'y' }],
  nodes: [],
  initializers: new Map(),
  ...parts,
});

const modelAt = (opset: number, parts: Partial<Graph>): Model => ({
  ...modelOf(graphOf(parts)),
  opsets: new Map([
    ['', opset],
    ['com.microsoft', 1],
  ]),
});

const x = float32([2, 4], [1, -2, 0.5, 3, -1, 0, 2, 1]);
const same = async (model: Model, lowered: Graph, feeds: Record<string, Tensor> = { x }): Promise<void> => {
  const received = await runModel(modelOf(lowered), feeds, 'all');
  const expected = await runModel(model, feeds, 'all');
  for (const [name, { values }] of Object.entries(expected)) {
    // A handful of float32 operations on numbers of size one.
    values.forEach((value, index) => expect(received[name]!.values[index]).toBeCloseTo(value, 5));
  }
};

test('values that stay keep their names, new ones are named after the node they come from', async () => {
  const model = modelAt(17, {
    nodes: [
      nodeOf('MatMul', ['x', 'encoder.weight'], ['hidden']),
      nodeOf('Gelu', ['hidden'], ['activated'], { ...contrib, name: '/encoder/Gelu' }),
      nodeOf('Relu', ['activated'], ['y']),
    ],
    initializers: new Map([
      [
        'encoder.weight',
        float32(
          [4, 4],
          Array.from({ length: 16 }, (_, i) => i / 16),
        ),
      ],
    ]),
  });
  const lowered = lowerModel(model);
  expect(lowered.initializers.has('encoder.weight')).toBe(true);
  const outputs = lowered.nodes.flatMap((node) => node.outputs);
  expect(outputs).toEqual(expect.arrayContaining(['hidden', 'activated', 'y']));
  const added = lowered.nodes.filter((node) => !['MatMul', 'Relu'].includes(node.opType));
  for (const node of added) expect(node.name).toMatch(/^\/encoder\/Gelu\//);
  await same(model, lowered);
});

test('names of the model that look like new ones do not get in the way', async () => {
  const names = ['a/Mul', 'a/Mul:out', 'a/Erf:out', 'a/constant', 'a~/Mul:out'];
  const model = modelAt(17, {
    nodes: [
      nodeOf('Gelu', ['x'], ['h'], { ...contrib, name: 'a' }),
      nodeOf('Add', ['h', 'a/constant'], ['a/Mul:out'], { name: 'a/Mul' }),
      nodeOf('Gelu', ['a/Mul:out'], ['a/Erf:out'], contrib),
      nodeOf('Neg', ['a/Erf:out'], ['a~/Mul:out']),
      nodeOf('Gelu', ['a~/Mul:out'], ['y'], contrib),
    ],
    initializers: new Map([['a/constant', float32([4], [1, 2, 3, 4])]]),
  });
  const lowered = lowerModel(model);
  const outputs = lowered.nodes.flatMap((node) => node.outputs);
  for (const name of names.slice(1, 3)) expect(outputs).toContain(name);
  await same(model, lowered);
});

test('an output that is a fused node’s result, twice an Identity of a weight, and an unread input', async () => {
  const model = modelAt(17, {
    inputs: [
      { name: 'x', dataType: 'float32', dims: ['batch', 4] },
      { name: 'unread', dataType: 'int64', dims: [1] },
    ],
    outputs: [{ name: 'y' }, { name: 'tied' }],
    nodes: [
      nodeOf('Identity', ['w'], ['tied']),
      nodeOf('Identity', ['tied'], ['again']),
      nodeOf('Add', ['x', 'again'], ['sum']),
      nodeOf('QuickGelu', ['sum'], ['y'], contrib),
    ],
    initializers: new Map([['w', float32([4], [1, 2, 3, 4])]]),
  });
  const lowered = lowerModel(model);
  expect(lowered.nodes.find((node) => node.opType === 'Add')?.inputs).toEqual(['x', 'w']);
  expect(lowered.inputs.map((input) => input.name)).toEqual(['x', 'unread']);
  await same(model, lowered, { x, unread: int64([1], [0]) });
});

test('every form of Constant becomes an initializer of its name', () => {
  const constants: Readonly<Record<string, Node['attributes']>> = {
    t: { value: tensorAttribute(float32([1, 2], [1, 2])) },
    i: { value_int: int(-3) },
    is: { value_ints: ints([4, 5]) },
    f: { value_float: float(0.5) },
    fs: { value_floats: { type: 'floats', value: [0.25, 2] } },
  };
  const lowered = lowerModel(
    modelAt(13, {
      inputs: [],
      outputs: Object.keys(constants).map((name) => ({ name })),
      nodes: Object.entries(constants).map(([name, attributes]) => nodeOf('Constant', [], [name], { attributes })),
    }),
  );
  expect(lowered.nodes).toEqual([]);
  expect(Object.fromEntries(lowered.initializers)).toEqual({
    t: float32([1, 2], [1, 2]),
    i: int64([], [-3]),
    is: int64([2], [4, 5]),
    f: float32([], [0.5]),
    fs: float32([2], [0.25, 2]),
  });
});

test('axes that TorchScript writes as a chain of nodes become initializers', async () => {
  const constant = (name: string, value: Tensor): Node =>
    nodeOf('Constant', [], [name], { attributes: { value: tensorAttribute(value) } });
  const model = modelAt(13, {
    nodes: [
      constant('one', tensor('int32', [], Int32Array.of(1))),
      constant('axis', int64([1], [0])),
      constant('two', int64([1, 1], [4])),
      nodeOf('Cast', ['one'], ['one64'], { attributes: { to: int(7) } }),
      nodeOf('Unsqueeze', ['one64', 'axis'], ['start']),
      nodeOf('Squeeze', ['two', 'axis'], ['end']),
      nodeOf('Concat', ['start', 'end'], ['both'], { attributes: { axis: int(0) } }),
      nodeOf('Slice', ['x', 'start', 'end', 'start'], ['sliced']),
      nodeOf('Reshape', ['x', 'both'], ['rows']),
      nodeOf('ReduceMean', ['rows'], ['mean'], { attributes: { axes: ints([0]) } }),
      nodeOf('Concat', ['sliced', 'mean'], ['y'], { attributes: { axis: int(1) } }),
    ],
  });
  const lowered = lowerModel(model);
  expect(lowered.nodes.map((node) => node.opType)).toEqual(['Slice', 'Reshape', 'ReduceMean', 'Concat']);
  expect(lowered.initializers.get('both')).toEqual(int64([2], [1, 4]));
  await same(model, lowered, { x: float32([1, 4], [1, 2, 3, 4]) });
});

test('unit axes are put into constants of any rank, and taken out', () => {
  const axes = (name: string, ...values: readonly number[]): readonly [string, Tensor] => [
    name,
    int64([values.length], values),
  ];
  const lowered = lowerModel(
    modelAt(13, {
      inputs: [],
      outputs: ['outer', 'around', 'squeezed', 'all'].map((name) => ({ name })),
      nodes: [
        nodeOf('Unsqueeze', ['c', 'first'], ['outer']),
        nodeOf('Unsqueeze', ['c', 'both'], ['around']),
        nodeOf('Squeeze', ['around', 'last'], ['squeezed']),
        nodeOf('Squeeze', ['around'], ['all']),
      ],
      initializers: new Map([axes('c', 7, 8, 9), axes('first', 0), axes('both', -1, 0), axes('last', -1)]),
    }),
  );
  const dims = lowered.outputs.map(({ name }) => lowered.initializers.get(name)?.dims);
  expect(dims).toEqual([[1, 3], [1, 3, 1], [1, 3], [3]]);
});

test('casts of constants do as ONNX Runtime’s', async () => {
  const targets = { int64: 7, int32: 6, int16: 5, int8: 3, uint8: 2, uint32: 12, bool: 9 };
  const model = modelAt(13, {
    inputs: [],
    outputs: Object.keys(targets).map((name) => ({ name })),
    nodes: Object.entries(targets).map(([name, to]) => nodeOf('Cast', ['c'], [name], { attributes: { to: int(to) } })),
    initializers: new Map([['c', int64([4], [-1, 0, 300, 7])]]),
  });
  const lowered = lowerModel(model);
  expect(lowered.nodes).toEqual([]);
  const expected = await runModel(model, {});
  for (const name of Object.keys(targets)) {
    expect(Array.from(lowered.initializers.get(name)!.data as ArrayLike<number>, Number)).toEqual(
      expected[name]!.values,
    );
  }
});

const branch = (name: string, nodes: readonly Node[], output: string, initializers: Graph['initializers']): Graph => ({
  name,
  inputs: [],
  outputs: [{ name: output }],
  nodes,
  initializers,
});

const ifNode = (condition: string, output: string): Node => {
  const gelu = [nodeOf('Gelu', ['x'], ['inner'], contrib), nodeOf('Mul', ['inner', 'factor'], ['branch'])];
  const thenBranch = branch('then', gelu, 'branch', new Map([['factor', float32([], [2])]]));
  const mean = nodeOf('ReduceMean', ['x'], ['other'], { attributes: { axes: ints([0]) } });
  const elseBranch = branch('else', [mean], 'other', new Map());
  return nodeOf('If', [condition], [output], {
    attributes: {
      then_branch: { type: 'graph', value: thenBranch },
      else_branch: { type: 'graph', value: elseBranch },
    },
  });
};

test.each([1, 0])('an If whose condition is the constant %i becomes its branch', async (condition) => {
  const model = modelAt(17, {
    nodes: [ifNode('condition', 'first'), nodeOf('Add', ['first', 'x'], ['y'])],
    initializers: new Map([['condition', tensor('bool', [], Uint8Array.of(condition))]]),
  });
  const lowered = lowerModel(model);
  expect(lowered.nodes.map((node) => node.opType)).not.toContain('If');
  expect(lowered.nodes.flatMap((node) => node.outputs)).toContain('first');
  expect(lowered.nodes.map((node) => node.opType)).toContain(condition === 1 ? 'Erf' : 'ReduceMean');
  await same(model, lowered);
});

test('two Ifs whose branches use the same names', async () => {
  const model = modelAt(17, {
    nodes: [ifNode('true', 'a'), ifNode('true', 'b'), nodeOf('Add', ['a', 'b'], ['y'])],
    initializers: new Map([['true', tensor('bool', [], Uint8Array.of(1))]]),
  });
  const lowered = lowerModel(model);
  expect(lowered.nodes.filter((node) => node.opType === 'Erf')).toHaveLength(2);
  await same(model, lowered);
});

test('control flow stays, its bodies lowered, and sees the values around it', async () => {
  const inputs = [
    { name: 'x', dataType: 'float32' as const, dims: ['batch', 4] },
    { name: 'condition', dataType: 'bool' as const, dims: [] },
  ];
  const outer = ifNode('condition', 'y');
  const reading = branch(
    'then',
    [nodeOf('Add', ['activated', 'alias'], ['s']), nodeOf('Gelu', ['s'], ['t'], contrib)],
    't',
    new Map(),
  );
  const model = modelAt(17, {
    inputs,
    nodes: [
      nodeOf('Gelu', ['x'], ['activated'], contrib),
      nodeOf('Identity', ['w'], ['alias']),
      { ...outer, attributes: { ...outer.attributes, then_branch: { type: 'graph', value: reading } } },
    ],
    initializers: new Map([['w', float32([4], [1, 2, 3, 4])]]),
  });
  const lowered = lowerModel(model);
  const kept = lowered.nodes.find((node) => node.opType === 'If')!;
  const bodies = Object.values(kept.attributes).map(
    (attribute) => (attribute.type === 'graph' ? attribute.value : undefined)!,
  );
  expect(bodies.flatMap((body) => body.nodes.map((node) => node.domain))).not.toContain('com.microsoft');
  expect(bodies.map((body) => body.inputs)).toEqual([[], []]);
  for (const condition of [1, 0]) {
    await same(model, lowered, { x, condition: tensor('bool', [], Uint8Array.of(condition)) });
  }
});

test('a lowering of the user’s stands before the built-in one, and for operators of any domain', async () => {
  const doubled: Lowering = (context) => [
    context.builder.op('Add', [context.node.inputs[0]!, context.node.inputs[0]!]),
  ];
  const model = modelAt(17, {
    nodes: [nodeOf('Gelu', ['x'], ['h'], contrib), nodeOf('Twice', ['h'], ['y'], { domain: 'com.example' })],
  });
  const lowered = lowerModel(model, {
    lowerings: new Map([
      ['com.microsoft.Gelu', doubled],
      ['com.example.Twice', doubled],
    ]),
  });
  expect(lowered.nodes.map((node) => node.opType)).toEqual(['Add', 'Add']);
  const { y } = await runModel(modelOf(lowered), { x });
  expect(y!.values).toEqual(Array.from(x.data, (value) => 4 * value));
  const nothing: Lowering = () => [];
  expect(() => lowerModel(model, { lowerings: new Map([['com.microsoft.Gelu', nothing]]) })).toThrow(/gave nothing/);
});

test('operators of other domains stay as they are', () => {
  const node = nodeOf('Custom', ['x'], ['y'], { domain: 'com.example', name: 'n' });
  expect(lowerModel(modelAt(13, { nodes: [node] })).nodes).toEqual([node]);
  const unknown = nodeOf('SparseAttention', ['x'], ['y'], contrib);
  expect(lowerModel(modelAt(13, { nodes: [unknown] })).nodes).toEqual([unknown]);
});

test('types that the graph does not tell can be given', () => {
  const b = new GraphBuilder('masked');
  for (const name of ['q', 'k', 'v']) b.input(name, 'float32');
  b.declare({ name: 'raw', dataType: 'float32' });
  b.append(nodeOf('Mystery', ['raw'], ['mask'], { domain: 'com.example' }));
  b.append(nodeOf('Attention', ['q', 'k', 'v', 'mask'], ['y'], { name: 'attention' }));
  b.declareOutput({ name: 'y' });
  const model = { ...modelOf(b.build()), opsets: new Map([['', 23]]) };
  expect(refusal(() => lowerModel(model)).message).toMatch(/'mask' to be known as boolean or additive.*options\.types/);
  const types = new Map([['mask', { dataType: 'bool' as const, dims: ['batch', 1, 'length', 'length'] }]]);
  const lowered = lowerModel(model, { types });
  expect(lowered.nodes.map((node) => node.opType)).toContain('Where');
});

test('lowering what is at opset 18 already changes nothing', () => {
  const graph = graphOf({
    nodes: [nodeOf('MatMul', ['x', 'w'], ['h'], { name: 'm' }), nodeOf('Softmax', ['h'], ['y'], { name: 's' })],
    initializers: new Map([['w', float32([4, 4], new Float32Array(16))]]),
  });
  expect(lowerModel(modelOf(graph))).toEqual(graph);
});
