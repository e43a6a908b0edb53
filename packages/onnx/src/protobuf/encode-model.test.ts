import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryModel } from '../../test/arbitrary-model.js';
import { refusal } from '../../test/refusal.js';
import { block, int, text } from '../../test/wire-bytes.js';
import { modelOf, type Attribute, type Graph, type Model, type Node } from '../graph.js';
import { tensorBytes } from '../tensor-bytes.js';
import { float32, type Tensor } from '../tensor.js';
import { decodeModel } from './decode-model.js';
import { encodeModel } from './encode-model.js';

/** A value with its tensors as bits, so that equality tells NaNs apart and zeros by sign. */
function bitwise(value: unknown): unknown {
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [key, bitwise(item)]));
  if (Array.isArray(value)) return value.map(bitwise);
  if (typeof value !== 'object' || value === null) return value;
  if ('data' in value) return { ...value, data: [...tensorBytes(value as Tensor)] };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bitwise(item)]));
}

test('what is encoded is decoded as it was', () => {
  fc.assert(
    fc.property(arbitraryModel, (model) => {
      const encoded = encodeModel(model);
      const decoded = decodeModel(encoded);
      expect(bitwise(decoded)).toEqual(bitwise(model));
      expect(encodeModel(decoded)).toEqual(encoded);
    }),
    { seed: 1, numRuns: 300 },
  );
});

function graphOf(parts: Partial<Graph>): Graph {
  return { name: 'g', inputs: [], outputs: [], nodes: [], initializers: new Map(), ...parts };
}
const nodeOf = (
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Record<string, Attribute> = {},
): Node => ({
  name: 'n',
  opType: 'Op',
  domain: '',
  inputs,
  outputs,
  attributes,
});

test('the bytes of a small model, written by hand', () => {
  const model: Model = {
    ...modelOf(graphOf({ nodes: [nodeOf([], ['y'], { a: { type: 'int', value: -1 } })] })),
    producer: 'p',
  };
  const attribute = block(5, ...text(1, 'a'), ...int(3, -1), ...int(20, 2));
  const node = block(1, ...text(2, 'y'), ...text(3, 'n'), ...text(4, 'Op'), ...attribute);
  const graph = block(7, ...node, ...text(2, 'g'));
  const expected = [...int(1, 9), ...text(2, 'p'), ...graph, ...block(8, ...text(1, ''), ...int(2, 18))];
  expect([...encodeModel(model)]).toEqual(expected);
});

test('long tensors inside subgraphs arrive whole', () => {
  const long = float32(
    [3000],
    Array.from({ length: 3000 }, (_, i) => i),
  );
  const inner = graphOf({ initializers: new Map([['inner', long]]) });
  const model = modelOf(graphOf({
    initializers: new Map([['outer', long]]),
    nodes: [nodeOf([], [], { t: { type: 'tensor', value: long }, g: { type: 'graph', value: inner } })],
  })); // prettier-ignore
  expect(decodeModel(encodeModel(model))).toEqual(model);
});

test('before IR version 4 weights are inputs as well', () => {
  const model = { ...modelOf(graphOf({ initializers: new Map([['w', float32([1], [2])]]) })), irVersion: 3 };
  const value = block(
    11,
    ...text(1, 'w'),
    ...block(2, ...block(1, ...int(1, 1), ...block(2, ...block(1, ...int(1, 1))))),
  );
  const bytes = Buffer.from(encodeModel(model));
  expect(bytes.includes(Buffer.from(value))).toBe(true);
  expect(Buffer.from(encodeModel({ ...model, irVersion: 4 })).includes(Buffer.from(value))).toBe(false);
});

describe('refused', () => {
  const codeOf = (graph: Partial<Graph>): string => refusal(() => encodeModel(modelOf(graphOf(graph)))).code;
  const attributeCode = (attribute: Attribute): string => codeOf({ nodes: [nodeOf([], ['y'], { a: attribute })] });

  test.each<[string, Partial<Graph>]>([
    ['an undefined value', { nodes: [nodeOf(['x'], ['y'])] }],
    ['a value with two producers', { nodes: [nodeOf([], ['y']), nodeOf([], ['y'])] }],
    ['an output nobody produces', { outputs: [{ name: 'y' }] }],
    [
      'a tensor whose data does not fill its shape',
      { initializers: new Map([['w', { dataType: 'float32', dims: [3], data: new Float32Array(2) }]]) },
    ],
    [
      'a tensor with a fractional dimension',
      { initializers: new Map([['w', { dataType: 'float32', dims: [0.5, 2], data: new Float32Array(1) }]]) },
    ],
    ['a fractional size', { inputs: [{ name: 'x', dataType: 'float32', dims: [0.5] }] }],
  ])('%s', (_, graph) => {
    expect(codeOf(graph)).toBe('ONNX_INVALID');
  });

  test('numbers that do not fit their field', () => {
    expect(attributeCode({ type: 'int', value: 2n ** 63n })).toBe('ONNX_INVALID');
    expect(attributeCode({ type: 'int', value: 0.5 })).toBe('ONNX_INVALID');
    expect(attributeCode({ type: 'ints', value: [2 ** 60] })).toBe('ONNX_INVALID');
    expect(attributeCode({ type: 'float', value: 1e39 })).toBe('ONNX_INVALID');
    expect(attributeCode({ type: 'floats', value: [-1e39] })).toBe('ONNX_INVALID');
  });

  test('no operator set', () => {
    expect(refusal(() => encodeModel({ ...modelOf(graphOf({})), opsets: new Map() })).code).toBe('ONNX_INVALID');
  });

  test('subgraphs nested too deep', () => {
    let graph = graphOf({});
    for (let i = 0; i < 32; i++) graph = graphOf({ nodes: [nodeOf([], [], { g: { type: 'graph', value: graph } })] });
    expect(decodeModel(encodeModel(modelOf(graph))).graph).toEqual(graph);
    expect(codeOf({ nodes: [nodeOf([], [], { g: { type: 'graph', value: graph } })] })).toBe('ONNX_TOO_LARGE');
  });

  test('more than 2 GiB, with advice, before anything of that size is copied', () => {
    const half = { dataType: 'float32', dims: [2 ** 28], data: new Float32Array(2 ** 28) } as const;
    const error = refusal(() => encodeModel(modelOf(graphOf({ initializers: new Map([['a', half], ['b', half]]) })))); // prettier-ignore
    expect(error.code).toBe('ONNX_TOO_LARGE');
    expect(error.message).toContain('graph inputs');
  });
});
