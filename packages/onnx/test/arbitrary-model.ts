// Random models for property tests: valid by construction, with subgraphs, every kind of attribute and element type.
import * as fc from 'fast-check';
import { arrayConstructor, bytesPerElement, tensorFromBytes } from '../src/index.js';
import type { Attribute, DataType, Graph, Model, Node, Tensor, ValueInfo } from '../src/index.js';

const dataTypes: readonly DataType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'uint32',
  'bool',
];

/** Well-formed text: what is not cannot be written as UTF-8. */
const text = fc.string({ unit: 'binary', maxLength: 6 });
const dataType = fc.constantFrom(...dataTypes);

/** Tensors of rank 0 to 3, some without elements; random bits, so NaNs with payloads are among the floats. */
export const arbitraryTensor: fc.Arbitrary<Tensor> = fc
  .tuple(dataType, fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
  .chain(([type, dims]) => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    const length = count * bytesPerElement(type);
    const byte = type === 'bool' ? fc.integer({ min: 0, max: 1 }) : fc.integer({ min: 0, max: 255 });
    return fc.array(byte, { minLength: length, maxLength: length }).map((bytes): Tensor => {
      const data = new (arrayConstructor(type))(count);
      new Uint8Array(data.buffer).set(bytes);
      return tensorFromBytes(type, dims, new Uint8Array(data.buffer));
    });
  });

const float = fc.float({ noNaN: true });
const integer = fc.oneof(
  fc.maxSafeInteger(),
  // Beyond safe integers a bigint is the canonical form.
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
);

const plainAttribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ type: fc.constant('float' as const), value: float }),
  fc.record({ type: fc.constant('int' as const), value: integer }),
  fc.record({ type: fc.constant('string' as const), value: text }),
  fc.record({ type: fc.constant('tensor' as const), value: arbitraryTensor }),
  fc.record({ type: fc.constant('floats' as const), value: fc.array(float, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('ints' as const), value: fc.array(integer, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('strings' as const), value: fc.array(text, { maxLength: 3 }) }),
);

const dimension = fc.oneof(fc.integer({ min: 0, max: 2 ** 40 }), text);
const typed = fc.oneof(fc.record({ dataType }), fc.record({ dataType, dims: fc.array(dimension, { maxLength: 3 }) }));

/** A graph of which every value has a name of its own, beginning with `prefix`, and may be read by later nodes. */
function arbitraryGraph(prefix: string, outer: readonly string[], depth: number): fc.Arbitrary<Graph> {
  return fc
    .tuple(text, fc.array(typed, { maxLength: 3 }), fc.array(arbitraryTensor, { maxLength: 3 }), fc.nat(4))
    .chain(([name, inputTypes, tensors, numNodes]) => {
      const inputs = inputTypes.map((type, i): ValueInfo => ({ name: `${prefix}in${i}`, ...type }));
      const initializers = new Map(tensors.map((tensor, i) => [`${prefix}w${i}`, tensor]));
      const visible = [...outer, ...inputs.map((input) => input.name), ...initializers.keys()];
      const nodes = Array.from({ length: numNodes }, (_, i) => {
        const outputsBefore = Array.from({ length: i }, (_unused, j) => `${prefix}n${j}`);
        return arbitraryNode(`${prefix}n${i}`, [...visible, ...outputsBefore], depth);
      });
      return fc.tuple(...nodes).chain((made) => {
        const own = [...visible.slice(outer.length), ...made.map((_, i) => `${prefix}n${i}`)];
        if (own.length === 0) return fc.constant<Graph>({ name, inputs, outputs: [], nodes: made, initializers });
        const output = fc.tuple(fc.constantFrom(...own), fc.option(typed)).map(
          // An output may leave its type to inference.
          ([value, type]): ValueInfo => (type === null ? { name: value } : { name: value, ...type }),
        );
        const outputs = fc.uniqueArray(output, { maxLength: 2, selector: (info) => info.name });
        return outputs.map((chosen): Graph => ({ name, inputs, outputs: chosen, nodes: made, initializers }));
      });
    });
}

function arbitraryNode(output: string, visible: readonly string[], depth: number): fc.Arbitrary<Node> {
  const subgraph = (): fc.Arbitrary<Attribute> =>
    arbitraryGraph(`${output}/`, visible, depth - 1).map((value) => ({ type: 'graph', value }));
  const attribute =
    depth > 0
      ? fc.oneof({ weight: 6, arbitrary: plainAttribute }, { weight: 1, arbitrary: subgraph() })
      : plainAttribute;
  return fc
    .record({
      name: text,
      opType: fc.constantFrom('Add', 'If', 'Loop', 'Ünicode'),
      domain: fc.constantFrom('', 'com.example'),
      inputs: fc.array(fc.constantFrom('', ...visible), { maxLength: 3 }),
      attributes: fc.uniqueArray(fc.tuple(fc.oneof(text, fc.constant('__proto__')), plainAttribute), {
        maxLength: 3,
        selector: ([key]) => key,
      }),
      special: attribute,
    })
    .map(({ attributes, special, ...node }) => ({
      ...node,
      outputs: [output, ''],
      attributes: Object.fromEntries([...attributes, ['special', special]]),
    }));
}

/** A whole model, its subgraphs nested up to two deep. */
export const arbitraryModel: fc.Arbitrary<Model> = fc.record({
  graph: arbitraryGraph('', [], 2),
  opsets: fc.constantFrom(new Map([['', 18]]), new Map([['', 13], ['com.example', 2]])), // prettier-ignore
  irVersion: fc.integer({ min: 3, max: 10 }),
  producer: text,
  metadata: fc.dictionary(text, text, { maxKeys: 3 }).map((entries) => ({ ...entries })),
});
