import type { Attribute, Graph } from '../graph.js';
import type { Tensor } from '../tensor.js';
import { integerOf } from './integers.js';
import { onnxError } from './onnx-error.js';
import type { AttributeProto, GraphProto, TensorProto } from './onnx-messages.js';

/** How the parts of an attribute that are more than numbers and texts are read. */
export interface AttributeParts {
  tensor(proto: TensorProto, where: string): Tensor;
  graph(proto: GraphProto, where: string): Graph;
}

/** AttributeProto.AttributeType: the types kept here, and by name those that are refused. */
const typeNames = [
  'UNDEFINED',
  'FLOAT',
  'INT',
  'STRING',
  'TENSOR',
  'GRAPH',
  'FLOATS',
  'INTS',
  'STRINGS',
  'TENSORS',
  'GRAPHS',
  'SPARSE_TENSOR',
  'SPARSE_TENSORS',
  'TYPE_PROTO',
  'TYPE_PROTOS',
];

// The mark at the start of a text file would be text here.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A node's attribute from a file.
 *
 * @throws GuidedDropoutError `ONNX_INVALID`, `ONNX_UNSUPPORTED`.
 */
export function attributeFromProto(proto: AttributeProto, where: string, parts: AttributeParts): Attribute {
  if (proto.refAttrName !== undefined && proto.refAttrName !== '') {
    throw onnxError('ONNX_UNSUPPORTED', where, 'a value', 'a reference to an attribute of a function');
  }
  const typeName = typeNames[proto.type ?? 0];
  switch (typeName) {
    // Writers leave out what is zero or empty.
    case 'FLOAT':
      return { type: 'float', value: proto.f ?? 0 };
    case 'INT':
      return { type: 'int', value: integerOf(proto.i ?? 0n) };
    case 'STRING':
      return { type: 'string', value: textOf(proto.s ?? new Uint8Array(), where) };
    case 'TENSOR':
      return { type: 'tensor', value: parts.tensor(present(proto.t, typeName, where), where) };
    case 'GRAPH':
      return { type: 'graph', value: parts.graph(present(proto.g, typeName, where), where) };
    case 'FLOATS':
      return { type: 'floats', value: Array.from(proto.floats) };
    case 'INTS':
      return { type: 'ints', value: Array.from(proto.ints, integerOf) };
    case 'STRINGS':
      return { type: 'strings', value: proto.strings.map((bytes) => textOf(bytes, where)) };
    case undefined:
    case 'UNDEFINED':
      throw onnxError('ONNX_INVALID', where, 'a type from 1 to 14', `${proto.type ?? 'none'}`);
    default:
      throw onnxError('ONNX_UNSUPPORTED', where, 'an attribute of numbers, texts, a tensor or a graph', typeName);
  }
}

function present<T>(value: T | undefined, typeName: string, where: string): T {
  if (value !== undefined) return value;
  throw onnxError('ONNX_INVALID', where, `a value of its type ${typeName}`, 'none');
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw onnxError('ONNX_UNSUPPORTED', where, 'text in UTF-8', `${bytes.length} other bytes`);
  }
}
