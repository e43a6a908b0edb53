import { describe, expect, test } from 'vitest';
import { refusal } from '../../test/refusal.js';
import { block, floats, int, modelBytes, text, varint } from '../../test/wire-bytes.js';
import { decodeModel } from './decode-model.js';

/** A ValueInfoProto: a float32 value of the given shape message. */
const value = (field: number, name: string, ...shape: readonly number[]): number[] =>
  block(field, ...text(1, name), ...block(2, ...block(1, ...int(1, 1), ...block(2, ...shape))));
const node = (opType: string, inputs: readonly string[], outputs: readonly string[], ...more: number[]): number[] =>
  block(
    1,
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, opType),
    ...more,
  );
const weight = (name: string, ...more: readonly number[]): number[] =>
  block(5, ...int(1, 2), ...int(2, 1), ...text(8, name), ...more);

const codeOf = (...graph: readonly number[]): string => refusal(() => decodeModel(modelBytes(...graph))).code;
const messageOf = (...graph: readonly number[]): string => refusal(() => decodeModel(modelBytes(...graph))).message;

test('a whole model written by hand', () => {
  const batch = block(1, ...text(2, 'batch'));
  const graph = [
    ...text(2, 'g'),
    ...value(11, 'x', ...batch, ...block(1, ...int(1, 2)), ...block(1)),
    ...value(12, 'y', ...batch),
    ...weight('w', ...block(9, ...floats(1, 2))),
    ...node(
      'Gemm',
      ['x', 'w', ''],
      ['y'],
      ...text(3, 'n'),
      ...block(5, ...text(1, 'alpha'), ...varint(2 * 8 + 5), ...floats(0.5), ...int(20, 1)),
    ),
  ];
  const model = decodeModel(
    Uint8Array.from([
      ...int(1, 9),
      ...text(2, 'hand'),
      ...block(7, ...graph),
      ...block(8, ...text(1, 'ai.onnx'), ...int(2, 18)),
      ...block(8, ...text(1, 'com.microsoft'), ...int(2, 1)),
      ...block(14, ...text(1, 'key'), ...text(2, 'value')),
    ]),
  );
  expect(model).toEqual({
    irVersion: 9,
    producer: 'hand',
    opsets: new Map([
      ['', 18],
      ['com.microsoft', 1],
    ]),
    metadata: { key: 'value' },
    graph: {
      name: 'g',
      inputs: [{ name: 'x', dataType: 'float32', dims: ['batch', 2, ''] }],
      outputs: [{ name: 'y', dataType: 'float32', dims: ['batch'] }],
      nodes: [
        {
          name: 'n',
          opType: 'Gemm',
          domain: '',
          inputs: ['x', 'w', ''],
          outputs: ['y'],
          attributes: { alpha: { type: 'float', value: 0.5 } },
        },
      ],
      initializers: new Map([['w', { dataType: 'float32', dims: [2], data: Float32Array.of(1, 2) }]]),
    },
  });
});

test('an input with an initializer becomes the initializer', () => {
  const graph = [...value(11, 'w'), ...value(11, 'x'), ...weight('w', ...block(9, ...floats(1, 2)))];
  const { inputs, initializers } = decodeModel(modelBytes(...graph)).graph;
  expect(inputs.map(({ name }) => name)).toEqual(['x']);
  expect([...initializers.keys()]).toEqual(['w']);
});

test('a value without a type is left to inference, except at the model’s inputs', () => {
  const graph = [...value(11, 'x'), ...block(12, ...text(1, 'y')), ...node('Neg', ['x'], ['y'])];
  expect(decodeModel(modelBytes(...graph)).graph.outputs).toEqual([{ name: 'y' }]);
  expect(codeOf(...block(11, ...text(1, 'x')))).toBe('ONNX_INVALID');
});

test('names like __proto__ are names like any other', () => {
  const attribute = block(5, ...text(1, '__proto__'), ...int(3, 7), ...int(20, 2));
  const { attributes } = decodeModel(modelBytes(...value(11, 'x'), ...node('Op', ['x'], ['y'], ...attribute))).graph
    .nodes[0]!;
  expect(Object.entries(attributes)).toEqual([['__proto__', { type: 'int', value: 7 }]]);
});

describe('refused as unsupported, by name', () => {
  const x = value(11, 'x');
  const attribute = (...content: readonly number[]): number[] =>
    node('Op', ['x'], ['y'], ...block(5, ...text(1, 'a'), ...content));
  test.each([
    ['sparse', block(15)],
    ['sequenceType', block(11, ...text(1, 's'), ...block(2, ...block(4)))],
    ['optionalType', block(11, ...text(1, 's'), ...block(2, ...block(9)))],
    ['string', block(11, ...text(1, 's'), ...block(2, ...block(1, ...int(1, 8))))],
    ['GRAPHS', [...x, ...attribute(...int(20, 10))]],
    ['SPARSE_TENSOR', [...x, ...attribute(...int(20, 11))]],
    ['function', [...x, ...attribute(...text(21, 'outer'), ...int(20, 2))]],
    ['UTF-8', [...x, ...attribute(...block(4, 0xff), ...int(20, 3))]],
  ])('%s', (name, graph) => {
    expect(codeOf(...graph)).toBe('ONNX_UNSUPPORTED');
    expect(messageOf(...graph)).toContain(name);
  });

  test('functions and training_info', () => {
    const functions = refusal(() => decodeModel(Uint8Array.from([...modelBytes(), ...block(25)])));
    expect(functions.code).toBe('ONNX_UNSUPPORTED');
    expect(functions.message).toContain('functions');
    const training = refusal(() => decodeModel(Uint8Array.from([...modelBytes(), ...block(20)])));
    expect(training.code).toBe('ONNX_UNSUPPORTED');
    expect(training.message).toContain('training_info');
  });
});

describe('refused as invalid', () => {
  const x = value(11, 'x');
  const data = block(9, ...floats(1, 2));
  const loop = (...body: readonly number[]): number[] =>
    node('If', ['x'], ['r'], ...block(5, ...text(1, 'then_branch'), ...block(6, ...body), ...int(20, 5)));

  test.each([
    ['an initializer without a name', block(5, ...int(1, 2), ...int(2, 1), ...data)],
    ['two initializers of one name', [...weight('w', ...data), ...weight('w', ...data)]],
    ['two inputs of one name', [...x, ...x]],
    ['an output defined twice', [...x, ...node('Neg', ['x'], ['y']), ...node('Abs', ['x'], ['y'])]],
    ['an output named like an input', [...x, ...node('Neg', ['x'], ['x'])]],
    ['an output named like an initializer', [...x, ...weight('w', ...data), ...node('Neg', ['x'], ['w'])]],
    ['a node without an operator', [...x, ...node('', ['x'], ['y'])]],
    ['an input that nothing produces', node('Neg', ['nowhere'], ['y'])],
    ['a graph output that nothing produces', value(12, 'y')],
    ['an attribute twice', [...x, ...node('Op', ['x'], ['y'], ...block(5, ...int(20, 2)), ...block(5, ...int(20, 2)))]],
    ['an attribute without a type', [...x, ...node('Op', ['x'], ['y'], ...block(5, ...int(3, 2)))]],
    ['a tensor attribute without a tensor', [...x, ...node('Op', ['x'], ['y'], ...block(5, ...int(20, 4)))]],
    ['a negative dimension', value(11, 'x', ...block(1, ...int(1, -1)))],
    ['a subgraph’s output that redefines an outer value', [...x, ...loop(...node('Neg', ['x'], ['x']))]],
    ['a subgraph that returns an outer value', [...x, ...loop(...value(12, 'x'))]],
    [
      'a read of a subgraph’s value from outside',
      [...x, ...loop(...node('Neg', ['x'], ['in'])), ...node('Neg', ['in'], ['y'])],
    ],
    ['a subgraph that reads its own node’s output', [...x, ...loop(...node('Neg', ['r'], ['in']))]],
  ])('%s', (_, graph) => {
    expect(codeOf(...graph)).toBe('ONNX_INVALID');
  });

  test('a subgraph may read outer values and shadow them with its inputs', () => {
    expect(
      decodeModel(modelBytes(...x, ...loop(...node('Neg', ['x'], ['in']), ...value(12, 'in')))).graph.nodes,
    ).toHaveLength(1);
    expect(decodeModel(modelBytes(...x, ...loop(...x))).graph.nodes).toHaveLength(1);
  });

  test('nodes out of order, a cycle and a node that reads itself, told from a missing value', () => {
    const late = messageOf(...x, ...node('Neg', ['a'], ['b']), ...node('Neg', ['x'], ['a']));
    expect(late).toContain('a later node produces');
    expect(messageOf(...node('Neg', ['a'], ['b']), ...node('Neg', ['b'], ['a']))).toContain('topological order');
    expect(codeOf(...node('Neg', ['a'], ['a']))).toBe('ONNX_INVALID');
    expect(messageOf(...node('Neg', ['a'], ['b']))).toContain('nothing produces');
  });

  test.each([
    ['no graph', [...int(1, 9), ...block(8, ...int(2, 18))]],
    ['no bytes at all', []],
    ['no opset', [...int(1, 9), ...block(7)]],
    ['two opsets of one domain', [...modelBytes(), ...block(8, ...text(1, 'ai.onnx'), ...int(2, 17))]],
    ['opset 0', [...int(1, 9), ...block(7), ...block(8)]],
    ['no IR version', [...block(7), ...block(8, ...int(2, 18))]],
  ])('%s', (_, bytes) => {
    expect(refusal(() => decodeModel(Uint8Array.from(bytes))).code).toBe('ONNX_INVALID');
  });

  test('long names are cut in messages', () => {
    expect(messageOf(...node('Neg', ['a'.repeat(10_000)], ['b'])).length).toBeLessThan(600);
  });
});

test('a file above 2 GiB is refused with advice, unread', () => {
  const error = refusal(() => decodeModel(new Uint8Array(2 ** 31)));
  expect(error.code).toBe('ONNX_TOO_LARGE');
  expect(error.message).toContain('external data');
});
