import {
  GraphBuilder,
  tensor,
  type Attribute,
  type Graph,
  type Node,
  type Tensor,
  type ValueInfo,
} from '@guided-dropout/onnx';

const FLOAT = 1;
const DOUBLE = 11;

/**
 * The same graph in float64, so that central differences can be trusted to nine digits. ONNX Runtime has no float64
 * Erf on the CPU; it is replaced by a series of operators it has.
 */
export function asFloat64(graph: Graph): Graph {
  const builder = new GraphBuilder(graph.name);
  for (const input of graph.inputs) builder.declare(infoAsFloat64(input));
  for (const [name, value] of graph.initializers) builder.initializer(name, tensorAsFloat64(value));
  for (const node of graph.nodes) {
    if (node.opType === 'Erf') builder.scope('erf-series', () => emitErf(builder, node));
    else builder.append({ ...node, attributes: mapAttributes(node) });
  }
  for (const output of graph.outputs) builder.declareOutput(infoAsFloat64(output));
  return builder.build();
}

/** A float32 tensor as float64; others as they are. */
export function tensorAsFloat64(value: Tensor): Tensor {
  return value.dataType === 'float32'
    ? tensor('float64', value.dims, Float64Array.from(value.data as Float32Array))
    : value;
}

function infoAsFloat64(info: ValueInfo): ValueInfo {
  return info.dataType === 'float32' ? { ...info, dataType: 'float64' } : info;
}

function mapAttributes(node: Node): Record<string, Attribute> {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => {
      const toFloat = node.opType === 'Cast' && name === 'to' && attribute.type === 'int' && attribute.value === FLOAT;
      if (toFloat) return [name, { type: 'int', value: DOUBLE }];
      return [
        name,
        attribute.type === 'tensor' ? { type: 'tensor', value: tensorAsFloat64(attribute.value) } : attribute,
      ];
    }),
  );
}

/** Terms of the series below; enough for 1e-15 where |x| ≤ 4. */
const NUM_TERMS = 90;

/** erf(x) = 2/√π · exp(−x²) · x · Σₙ (2x²)ⁿ/(2n+1)!!, all terms positive (Abramowitz & Stegun 7.1.6), by Horner. */
function emitErf(builder: GraphBuilder, node: Node): void {
  const x = node.inputs[0]!;
  const number = (value: number): string => builder.number(value, 'float64');
  const op = (opType: string, ...inputs: string[]): string => builder.op(opType, inputs);
  const square = op('Mul', x, x);
  let sum = op('Add', op('Mul', square, number(0)), number(1));
  for (let n = NUM_TERMS; n >= 1; n--)
    sum = op('Add', op('Mul', sum, op('Mul', square, number(2 / (2 * n + 1)))), number(1));
  const bell = op('Mul', op('Exp', op('Neg', square)), number(2 / Math.sqrt(Math.PI)));
  builder.append({ ...node, opType: 'Mul', inputs: [op('Mul', bell, x), sum], attributes: {} });
}
