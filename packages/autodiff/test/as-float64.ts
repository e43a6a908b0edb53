import {
  GraphBuilder,
  tensor,
  type Attribute,
  type Graph,
  type Node,
  type Tensor,
  type ValueInfo,
} from '@guided-dropout/onnx';
import { float64Decompositions } from './float64-kernels.js';

const FLOAT = 1;
const DOUBLE = 11;

/**
 * The same graph in float64, so that central differences can be trusted to nine digits.
 *
 * @param decompositions of what is not to run as it stands.
 */
export function asFloat64(graph: Graph, decompositions = float64Decompositions): Graph {
  const builder = new GraphBuilder(graph.name);
  for (const input of graph.inputs) builder.declare(infoAsFloat64(input));
  for (const [name, value] of graph.initializers) builder.initializer(name, tensorAsFloat64(value));
  for (const node of graph.nodes) {
    const decomposition = decompositions.get(node.opType);
    const retyped = { ...node, attributes: mapAttributes(node) };
    if (decomposition === undefined) builder.append(retyped);
    else builder.scope(`${node.opType}-in-float64`, () => decomposition(builder, retyped));
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
