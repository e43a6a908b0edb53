import type { Attribute, Graph, Node } from '../graph.js';
import type { Tensor } from '../tensor.js';
import { attributeFromProto } from './attribute-from-proto.js';
import { nodePlace } from './check-graph.js';
import { domainOf } from './domain.js';
import type { ExternalData } from './external-data.js';
import { onnxError, quoted } from './onnx-error.js';
import type { GraphProto, NodeProto, TensorProto } from './onnx-messages.js';
import { tensorFromProto } from './tensor-from-proto.js';
import { valueInfoFromProto } from './value-info-proto.js';

/**
 * A graph from a file; whether its values hang together is not checked here.
 *
 * @throws GuidedDropoutError `ONNX_INVALID`, `ONNX_UNSUPPORTED`, `ONNX_EXTERNAL_DATA`.
 */
export function graphFromProto(proto: GraphProto, where: string, external: ExternalData): Graph {
  if (proto.sparseInitializer.length > 0) {
    throw onnxError(
      'ONNX_UNSUPPORTED',
      where,
      'dense initializers',
      'sparse ones',
      'Export the model with dense weights.',
    );
  }
  return {
    name: proto.name ?? '',
    inputs: proto.input.map((input) => valueInfoFromProto(input, `${where}, input`)),
    outputs: proto.output.map((output) => valueInfoFromProto(output, `${where}, output`)),
    nodes: proto.node.map((node, index) => nodeFromProto(node, index, where, external)),
    initializers: initializersFromProto(proto.initializer, where, external),
  };
}

function initializersFromProto(
  protos: readonly TensorProto[],
  where: string,
  external: ExternalData,
): ReadonlyMap<string, Tensor> {
  const initializers = new Map<string, Tensor>();
  for (const proto of protos) {
    const name = proto.name ?? '';
    const place = `${where}, initializer ${quoted(name)}`;
    if (name === '') throw onnxError('ONNX_INVALID', place, 'a name', 'none');
    if (initializers.has(name)) throw onnxError('ONNX_INVALID', place, 'one initializer of the name', 'two');
    initializers.set(name, tensorFromProto(proto, place, external));
  }
  return initializers;
}

function nodeFromProto(proto: NodeProto, index: number, where: string, external: ExternalData): Node {
  const name = proto.name ?? '';
  const opType = proto.opType ?? '';
  const place = nodePlace({ name, opType }, index, where);
  const attributes = new Map<string, Attribute>();
  for (const attribute of proto.attribute) {
    const attributeName = attribute.name ?? '';
    const attributePlace = `${place}, attribute ${quoted(attributeName)}`;
    if (attributes.has(attributeName)) throw onnxError('ONNX_INVALID', attributePlace, 'one of the name', 'two');
    const value = attributeFromProto(attribute, attributePlace, {
      tensor: (tensor, at) => tensorFromProto(tensor, at, external),
      graph: (graph, at) => graphFromProto(graph, at, external),
    });
    attributes.set(attributeName, value);
  }
  return {
    name,
    opType,
    domain: domainOf(proto.domain),
    inputs: proto.input,
    outputs: proto.output,
    // `fromEntries` defines properties, so that a name such as `__proto__` is a name like any other.
    attributes: Object.fromEntries(attributes),
  };
}
