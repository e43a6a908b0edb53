import type { Graph, Node } from '../graph.js';
import { attributeToProto } from './attribute-to-proto.js';
import { nodePlace } from './check-graph.js';
import { createMessage } from './field-table.js';
import { quoted } from './onnx-error.js';
import { graphProto, nodeProto, type GraphProto, type NodeProto } from './onnx-messages.js';
import { tensorToProto } from './tensor-to-proto.js';
import { valueInfoToProto } from './value-info-proto.js';

/** A graph as it stands in a file; errors as {@link encodeModel}'s. */
export function graphToProto(graph: Graph, where: string): GraphProto {
  return createMessage(graphProto, {
    name: graph.name,
    input: graph.inputs.map((input) => valueInfoToProto(input, `${where}, input`)),
    output: graph.outputs.map((output) => valueInfoToProto(output, `${where}, output`)),
    node: graph.nodes.map((node, index) => nodeToProto(node, nodePlace(node, index, where))),
    initializer: Array.from(graph.initializers, ([name, tensor]) =>
      tensorToProto(tensor, name, `${where}, initializer ${quoted(name)}`),
    ),
  });
}

function nodeToProto(node: Node, where: string): NodeProto {
  return createMessage(nodeProto, {
    input: node.inputs,
    output: node.outputs,
    name: node.name,
    opType: node.opType,
    domain: node.domain === '' ? undefined : node.domain,
    attribute: Object.entries(node.attributes).map(([name, attribute]) =>
      attributeToProto(name, attribute, `${where}, attribute ${quoted(name)}`, {
        tensor: (tensor, at) => tensorToProto(tensor, undefined, at),
        graph: graphToProto,
      }),
    ),
  });
}
